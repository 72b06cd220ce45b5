import { printable } from '../../lib/text.ts';
import type {
  DeadLettered,
  Gap,
  Reconciliation,
  StoredCounts,
} from '../../operations/reconcile/reconciliation.ts';
import type { Replay } from '../../operations/reconcile/replay.ts';
import { STORING_QUEUES } from '../../topology.ts';
import { table } from '../table.ts';
import { counted, whole } from './format.ts';
import type { Style } from './style.ts';

/** The records that consumers store for each confirmed order, with their queues. */
const STORING = STORING_QUEUES.map(({ name, done = '', stores }) => ({ queue: name, done, ...stores }));

/** Maximum number of orders listed per kind of gap; `--json` has all. */
const LISTED = 20;

/** The titles of the kinds of gaps, in the order in which they are listed. */
const TITLES: readonly (readonly [kind: Gap['kind'], title: string])[] = [
  ...STORING.map(
    ({ done, each }) => [`missing_${each}`, `Confirmed, but never ${done.toLowerCase()}`] as const,
  ),
  ['stuck_claim', 'Claimed, but never confirmed, and in no queue'],
  ...STORING.map(
    ({ done, each }) =>
      [`unknown_${each}`, `${done}, but unknown to the ledger: stored outside the pipeline`] as const,
  ),
  ['damaged_record', 'Ledger record is damaged'],
];

/** Formats the result of reconciling. */
export function renderReconciliation(found: Reconciliation, style: Style): string {
  const { from, to, orders, queued, gaps, dead_letters } = found;
  const waiting = queued.order ? ` (the order queue holds ${whole(queued.order)} messages)` : '';
  const unmarked = orders.unmarked ? ` (${whole(orders.unmarked)} never marked as sent)` : '';
  const received = equation(style, [
    ['  received', orders.received, ''],
    ['= confirmed', orders.confirmed, unmarked],
    ['+ dead-lettered', orders.dead_lettered, ''],
    ['+ in progress', orders.in_progress, waiting],
    ['+ stuck', orders.stuck, '', true],
  ]);
  const sides = STORING.map(({ all }) => sideOf(all, orders.confirmed, found[all], style));
  const lists = TITLES.map(([kind, title]) => {
    const ofKind = gaps.filter((gap) => gap.kind === kind).map(({ order_id }) => printable(order_id));
    const ids = ofKind.sort();
    return list(`${title}: ${whole(ids.length)}`, ids, style);
  });
  return [
    `Orders confirmed from ${from} to ${to}\n`,
    received,
    ...sides,
    ...lists,
    deadLetterList(dead_letters, style),
    verdict(found, style),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Formats the result of a repair. */
export function renderReplay({ sent, unsent }: Replay, style: Style): string {
  const to = (queue: string) => sent.filter((order) => order.queue === queue).length;
  const counts = [
    ...STORING.map(({ queue }) => [`to the ${queue} queue`, to(queue)] as const),
    ['to the order queue, to be confirmed', to('order')] as const,
  ];
  const lines = counts
    .filter(([, count]) => count > 0)
    .map(([where, count]) => `  ${whole(count)} ${where}\n`);
  const failures = unsent.map(({ order_id, reason }) => `${printable(order_id)}: ${printable(reason)}`);
  const notReplayed = list(`Not replayed: ${whole(unsent.length)}`, failures, style);
  return `${style.strong('Replayed')}\n\n${lines.join('') || '  nothing\n'}${notReplayed && `\n${notReplayed}`}`;
}

type Term = [label: string, count: number, note: string, isWrong?: boolean];

function equation(style: Style, terms: readonly Term[]): string {
  const rows = terms.map(([label, count, note, isWrong]) => {
    const shown = whole(count);
    return [label, isWrong && count > 0 ? style.bad(shown) : shown, note.trim()];
  });
  return table(['', '', ''], rows, 'lrl').replace(/^\s*\n/, '');
}

function sideOf(name: string, confirmed: number, counts: StoredCounts | null, style: Style): string {
  if (!counts) return '';
  const unknown: Term[] = counts.unknown > 0 ? [['  not in the ledger', counts.unknown, '', true]] : [];
  return equation(style, [
    ['  confirmed', confirmed, ''],
    [`= ${name}`, counts.stored, ''],
    ['+ on the way', counts.on_the_way, ''],
    ['+ dead-lettered', counts.dead_lettered, '', true],
    ['+ missing', counts.missing, '', true],
    ...unknown,
  ]);
}

function deadLetterList(deadLetters: readonly DeadLettered[], style: Style): string {
  const rows = deadLetters.map(
    ({ queue, id, order_id, reason }) =>
      `${queue}  ${printable(order_id ?? '(no order_id)')}  ${printable(reason)}  ${id}`,
  );
  const hint =
    '  orders dlq list QUEUE shows the errors; orders dlq edit or orders dlq redrive sends messages back.\n';
  return rows.length > 0 ? `${list(`In dead-letter queues: ${whole(rows.length)}`, rows, style)}${hint}` : '';
}

function list(title: string, lines: readonly string[], style: Style): string {
  if (lines.length === 0) return '';
  const more =
    lines.length > LISTED ? `  … and ${whole(lines.length - LISTED)} more: --json lists all\n` : '';
  return `${style.strong(title)}\n\n${lines
    .slice(0, LISTED)
    .map((line) => `  ${line}\n`)
    .join('')}${more}`;
}

function verdict(found: Reconciliation, style: Style): string {
  const { reconciled, gaps } = found;
  const onTheWay = STORING.reduce((sum, { all }) => sum + (found[all]?.on_the_way ?? 0), 0);
  const later = onTheWay > 0 ? ` ${whole(onTheWay)} on the way: run it again when the queues are empty.` : '';
  if (reconciled) return `${style.good('Reconciled: no gaps.')}${later}\n`;
  if (gaps.length === 0)
    return `${style.bad('Not reconciled: confirmed orders are in dead-letter queues.')}${later}\n`;
  const hint = ' Pass --repair to replay the orders to the consumers that missed them.';
  return `${style.bad(`Not reconciled: ${counted(gaps.length, 'gap')}.`)}${hint}${later}\n`;
}
