import type { SalesReport } from '../../lib/report/report-sales.ts';
import { printable } from '../../lib/text.ts';
import { QUEUES, type QueueName, type StoreName } from '../../topology.ts';
import { findDiscrepancies, type RunResult } from './discrepancies.ts';
import type { EventCounts } from './pipeline-counts.ts';
import { number } from './progress.ts';

/** Widths of the columns. One million with its commas has nine characters. */
const NAME = 28;
const NUMBER = 10;
const AMOUNT = 16;

/**
 * Returns the tables and the verdict that are printed at the end of a run.
 *
 * @param bestSellers Sales by product. Default: no such table.
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
    exception('+ redelivered', counts.redelivered, 'confirmed before'),
    exception('not sent', unsent),
    exception('confirmed twice', counts.repeated),
    exception('files dead-lettered', counts.deadLetteredFiles),
  ];
}

/** The messages that a storing consumer received, and the records that it stored. */
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

/** The messages that a consumer without a store received and processed. */
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
  // With --data, the sales of earlier runs are in the database as well.
  const total = report.totals.orders === stored?.rows.sales ? 'all products' : 'all products, all runs';
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
  if (discrepancies.length > 0)
    return `NOT reconciled: the numbers of ${discrepancies.join(', ')} do not add up.`;
  if (result.counts.repeated === 0) return 'Reconciled: every order is accounted for, none twice.';
  return 'Reconciled: every order is accounted for. Orders in flight when an earlier run crashed were confirmed twice.';
}

function line(name: string, value: number, ...notes: string[]): string {
  const note = notes.filter((text) => text !== '').join(', ');
  return `${`  ${column(name)}${number(value).padStart(NUMBER)}  ${note}`.trimEnd()}\n`;
}

/** A line that is shown only if its value is not 0. */
const exception = (name: string, value: number, ...notes: string[]): string =>
  value === 0 ? '' : line(name, value, ...notes);

/** Product names come from customers, so they are escaped and cut to the width of the column. */
function column(name: string): string {
  const text = printable(name);
  return (text.length < NAME ? text : `${text.slice(0, NAME - 2)}…`).padEnd(NAME);
}

const fromBefore = ({ carriedOver }: { carriedOver: number }): string =>
  carriedOver > 0 ? `${number(carriedOver)} from an earlier run` : '';
const rate = (orders: number, ms: number): string =>
  `${number(Math.round(orders / (Math.max(ms, 1) / 1_000)))}/s over ${(ms / 1_000).toFixed(1)} s`;
const money = (amount: number): string =>
  amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
