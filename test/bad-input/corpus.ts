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

/** The entries of one interface. */
interface Part {
  title: string;
  /** Explains the outcome column. */
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

/** All inputs, with their outcomes in words. */
export const corpus: Part[] = [
  part(
    'Messages of the order queue',
    'A dead letter was rejected three times within seconds. Reasons are `field: code`.',
    bodies,
    bodyOutcome,
  ),
  part(
    'Order files',
    'The outcome is the status in the receipt. Rejected rows are `line field: code`.',
    [...files, ...bombs, ...endlessFiles],
    fileOutcome,
  ),
  part(
    'Keys of order files',
    'Each file contains one valid order, which is sent.',
    keys,
    ({ receipt }) => `ingested; receipt ${receipt}`,
  ),
  part(
    'Messages of the upload queue',
    'Most messages name a missing file or none. A dead letter was rejected three times within seconds.',
    uploadEvents,
    eventOutcome,
  ),
  part('HTTP requests', 'The status and part of the response. No status is 500.', requests, requestOutcome),
  part(
    'Direct invocations',
    'The message of the `InvalidInputError` contains this text.',
    inputs,
    inputOutcome,
  ),
  part(
    'Events in the shipping and analytics queues',
    'A dead letter was rejected three times within seconds. Reasons are `field: code`.',
    envelopes,
    ({ fulfillment, analytics }) =>
      fulfillment === analytics
        ? eventStored(fulfillment)
        : `fulfillment: ${eventStored(fulfillment)}; analytics: ${eventStored(analytics)}`,
  ),
  part(
    'Product names in CSV and on the terminal',
    'Reports and stock lists show these names. A spreadsheet must read every CSV cell as text.',
    exported,
    ({ csv, table }) => `CSV ${JSON.stringify(csv)}; terminal ${JSON.stringify(table)}`,
  ),
];

function bodyOutcome(outcome: BodyOutcome): string {
  if ('refused' in outcome) return `rejected by SQS: ${outcome.refused}`;
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
  const codes = statuses.length > 0 ? statuses.join(', then ') : 'connection closed';
  return says === undefined ? codes : `${codes}: ${says}`;
}

function inputOutcome(outcome: InputOutcome): string {
  return 'refused' in outcome ? outcome.refused : `returns ${JSON.stringify(outcome.answers)}`;
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
