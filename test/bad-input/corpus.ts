import type { BodyOutcome } from './bodies/body-entry.ts';
import { bodies } from './bodies.ts';
import { type EnvelopeOutcome, envelopes } from './envelopes.ts';
import { exported } from './exports.ts';
import { bombs, endlessFiles } from './files/bombs.ts';
import type { FileOutcome } from './files/file-entry.ts';
import { files } from './files.ts';
import { type InputOutcome, inputs } from './inputs.ts';
import { keys } from './keys.ts';
import type { RequestOutcome } from './requests/request-entry.ts';
import { requests } from './requests.ts';
import { type EventOutcome, uploadEvents } from './upload-events.ts';

/** Entries that one thing reads. */
interface Part {
  title: string;
  /** What happens to them, and how it is seen. */
  intro: string;
  entries: { name: string; outcome: string }[];
}

const part = <Expected>(
  title: string,
  intro: string,
  entries: readonly { name: string; expected: Expected }[],
  inWords: (expected: Expected) => string,
): Part => ({
  title,
  intro,
  entries: entries.map(({ name, expected }) => ({ name, outcome: inWords(expected) })),
});

/** All hostile inputs, and what becomes of each in words. */
export const corpus: Part[] = [
  part(
    'Messages of the order queue',
    'A dead letter has been refused three times within seconds; the reasons are `field: code`.',
    bodies,
    bodyOutcome,
  ),
  part(
    'Order files',
    'What their receipt says, and which lines went to the rejected rows.',
    [...files, ...bombs, ...endlessFiles],
    fileOutcome,
  ),
  part(
    'Keys of order files',
    'Each holds one good order, which is sent.',
    keys,
    ({ receipt }) => `read; receipt ${receipt}`,
  ),
  part(
    'Messages of the upload queue',
    'Most name a file that is not there, or none at all.',
    uploadEvents,
    eventOutcome,
  ),
  part('HTTP requests', 'Status, and what the answer says. None is a 500.', requests, requestOutcome),
  part(
    'Inputs of functions',
    'By direct invoke: the error is an `InvalidInputError`, and says this.',
    inputs,
    inputOutcome,
  ),
  part(
    'Events of the shipping and the analytics queue',
    'A dead letter has been refused three times within seconds; the reasons are `field: code`.',
    envelopes,
    ({ fulfillment, analytics }) =>
      fulfillment === analytics
        ? eventStored(fulfillment)
        : `fulfillment: ${eventStored(fulfillment)}; analytics: ${eventStored(analytics)}`,
  ),
  part(
    'Texts on their way out',
    'Names of products in reports and stock: as CSV, where a spreadsheet takes them for text, and on a terminal.',
    exported,
    ({ csv, table }) => `CSV ${JSON.stringify(csv)}; terminal ${JSON.stringify(table)}`,
  ),
];

function bodyOutcome(outcome: BodyOutcome): string {
  if ('refused' in outcome) return `SQS refuses it: ${outcome.refused}`;
  if ('deadLettered' in outcome) return `dead letter: ${listed(outcome.deadLettered)}`;
  const kept = Object.entries(outcome.confirmed).map(([field, value]) => `${field} ${shown(value)}`);
  return `confirmed${kept.length > 0 ? `, with ${kept.join(', ')}` : ''}`;
}

function fileOutcome({ failed, sent, rejected = [] }: FileOutcome): string {
  const rows = [
    ...(sent > 0 ? [`sent: ${sent}`] : []),
    ...(rejected.length > 0 ? [`rejected: ${listed(rejected)}`] : []),
  ];
  return [failed ? `failed: ${failed}` : 'ingested', ...rows].join('; ');
}

function eventOutcome(outcome: EventOutcome): string {
  return 'acknowledged' in outcome ? 'acknowledged' : `dead letter: ${outcome.deadLettered}`;
}

function requestOutcome({ statuses, says }: RequestOutcome): string {
  const codes = statuses.length > 0 ? statuses.join(', then ') : 'the connection is closed';
  return says === undefined ? codes : `${codes}: ${says}`;
}

function inputOutcome(outcome: InputOutcome): string {
  return 'refused' in outcome ? outcome.refused : `answers ${JSON.stringify(outcome.answers)}`;
}

function eventStored(outcome: EnvelopeOutcome): string {
  return typeof outcome === 'string' ? outcome : `dead letter: ${listed(outcome)}`;
}

function listed(codes: readonly string[]): string {
  return codes.map((code) => code.replace(/^(\d+ )?: /, '$1')).join(', ');
}

function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length <= 60 ? json : `${json.slice(0, 60)}…`;
}
