import type { SalesReport } from '../../lib/report/report-sales.ts';
import { printable } from '../../lib/text.ts';
import { QUEUES, type QueueName, type StoreName } from '../../topology.ts';
import { findDiscrepancies, type RunResult } from './discrepancies.ts';
import type { EventCounts } from './pipeline-counts.ts';
import { number } from './progress.ts';

/** Widths of the columns; a sum of a million with its commas has nine characters. */
const NAME = 28;
const NUMBER = 10;
const AMOUNT = 16;

/**
 * The tables at the end of a run, and the verdict.
 *
 * @param bestSellers sales by product
 */
export function summarize(result: RunResult, bestSellers?: SalesReport): string {
  const tables = [
    orderTable(result),
    ...QUEUES.map(({ name, stores }) =>
      stores ? storeTable(result, name, stores.all) : queueTable(result, name),
    ),
    bestSellerTable(result, bestSellers),
  ];
  const filled = tables.map((lines) => lines.join('')).filter((table) => table !== '');
  return [...filled, `  ${verdict(result)}\n`].join('\n');
}

function orderTable({ counts, sent, unsent, produceMs, seeds, confirmMs }: RunResult): string[] {
  const seed = seeds.length > 0 ? `, seed ${seeds.join(', ')}` : '';
  return [
    line('sent', sent, `${rate(sent, produceMs)}${seed}`),
    line('in the order queue', counts.received, fromBefore(counts)),
    line('= confirmed', counts.confirmed, rate(counts.confirmed, confirmMs)),
    line('+ duplicates', counts.duplicates),
    line('+ dead-lettered', counts.deadLettered),
    exception('+ delivered again', counts.redelivered, 'confirmed before'),
    exception('not sent', unsent),
    exception('confirmed twice', counts.repeated),
    exception('files dead-lettered', counts.deadLetteredFiles),
  ];
}

/** What reached the queue of a consumer, and what became of it. */
function storeTable({ counts, totalMs }: RunResult, queue: QueueName, all: StoreName): string[] {
  const { stores, stored } = counts;
  const events = stores[all];
  if (!events || !stored) return [];
  const records =
    all === 'shipments'
      ? [
          line('= scheduled', stored.scheduled, `${number(stored.stockTaken)} taken from stock`),
          line('+ backordered', stored.backordered),
        ]
      : [line(`= ${all}`, stored.rows[all] ?? 0)];
  return [
    line(`in the ${queue} queue`, events.received, rate(events.received, totalMs), fromBefore(events)),
    ...records,
    ...eventExceptions(events),
  ];
}

/** What reached the queue of a consumer that stores nothing. */
function queueTable({ counts: { others }, totalMs }: RunResult, queue: QueueName): string[] {
  const counts = others[queue];
  if (!counts) return [];
  const { received, waiting, deadLettered } = counts;
  return [
    line(`in the ${queue} queue`, received, rate(received, totalMs), fromBefore(counts)),
    line('= processed', received - waiting - deadLettered),
    exception('+ dead-lettered', deadLettered),
  ];
}

const eventExceptions = ({ repeated, deadLettered }: EventCounts): string[] => [
  exception('+ repeated', repeated, 'stored before'),
  exception('+ dead-lettered', deadLettered),
];

function bestSellerTable({ counts: { stored } }: RunResult, report: SalesReport | undefined): string[] {
  if (!report || report.rows.length === 0) return [];
  const sold = (name: string, orders: string, revenue: string) =>
    `  ${column(name)}${orders.padStart(NUMBER)}${revenue.padStart(AMOUNT)}\n`;
  // The warehouse that a data directory keeps has the sales of earlier runs, too.
  const total = report.totals.orders === stored?.rows.sales ? 'all products' : 'all products, of all runs';
  const rows = [...report.rows, { product_name: total, ...report.totals }];
  return [
    sold('best sellers', 'orders', 'revenue'),
    ...rows.map(({ product_name = '', orders, revenue }) =>
      sold(product_name, number(orders), money(revenue)),
    ),
  ];
}

function verdict(result: RunResult): string {
  const discrepancies = findDiscrepancies(result);
  if (discrepancies.length > 0) return `NOT reconciled: ${discrepancies.join(', ')}.`;
  const twice =
    result.counts.repeated > 0 ? 'twice only what was in hand when an earlier run died' : 'none twice';
  return `Reconciled: every order is accounted for, ${twice}.`;
}

function line(name: string, value: number, ...notes: string[]): string {
  const note = notes.filter((text) => text !== '').join(', ');
  return `${`  ${column(name)}${number(value).padStart(NUMBER)}  ${note}`.trimEnd()}\n`;
}

/** What should not be is shown only where it is. */
const exception = (name: string, value: number, ...notes: string[]): string =>
  value === 0 ? '' : line(name, value, ...notes);

/** A name is whatever a customer sent. */
function column(name: string): string {
  const text = printable(name);
  return (text.length < NAME ? text : `${text.slice(0, NAME - 2)}…`).padEnd(NAME);
}

const fromBefore = ({ carriedOver }: { carriedOver: number }): string =>
  carriedOver > 0 ? `${number(carriedOver)} from before` : '';
const rate = (orders: number, ms: number): string =>
  `${number(Math.round(orders / (Math.max(ms, 1) / 1_000)))}/s over ${(ms / 1_000).toFixed(1)} s`;
const money = (amount: number): string =>
  amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
