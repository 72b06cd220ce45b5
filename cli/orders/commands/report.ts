import type { Command } from 'commander';
import { InvalidInputError } from '../../../lib/errors.ts';
import { reportCsv } from '../../../lib/report/csv.ts';
import { readReportInput } from '../../../lib/report/report-input.ts';
import { reportSales, type SalesReport, type SalesRow } from '../../../lib/report/report-sales.ts';
import { printable } from '../../../lib/text.ts';
import { table } from '../../table.ts';
import { type CommandResult, createCommand as create, createAction } from '../command.ts';
import type { Context } from '../context.ts';
import type { ExitStatus } from '../exit-status.ts';
import { whole } from '../format.ts';

interface ReportOptions {
  by?: string;
  from?: string;
  to?: string;
  limit?: string;
  csv?: true;
}

export function createCommand(onExit: (exit: ExitStatus) => void): Command {
  return create('report', 'Show sales by product, customer, hour or day, by the time of the order')
    .option('--by <what>', 'product, customer, hour or day (default: product)')
    .option(
      '--from <time>',
      'ordered at or after this time, ISO 8601 (default: 30 days ago; with --by hour: 24 hours ago)',
    )
    .option('--to <time>', 'ordered before this time, ISO 8601 (default: now)')
    .option('--limit <n>', 'maximum number of products or customers (default: 100)')
    .option('--csv', 'print CSV')
    .action(createAction(onExit, report));
}

async function report(context: Context, options: ReportOptions): Promise<CommandResult> {
  const { by, from, to, limit, csv } = options;
  const given = Object.entries({ by, from, to, limit }).filter(([, value]) => value !== undefined);
  const input = readReportInput(Object.fromEntries(given), Date.now(), (field) => `--${field}`);
  const { salesDatabase, stage } = await context.open();
  if (!salesDatabase) throw new InvalidInputError(`report: sales are disabled in stage ${stage}`);
  const sales = await reportSales(salesDatabase, input);
  return { data: sales, text: csv ? reportCsv(sales).csv : toText(sales) };
}

/** Length of the longest bar, in characters. */
const BAR = 20;

function toText({ by, from, to, totals, rows }: SalesReport): string {
  const isSeries = by === 'hour' || by === 'day';
  const most = Math.max(...rows.map(({ revenue }) => revenue));
  const figures = ({ orders, revenue, average_order, share }: SalesRow) => [
    whole(orders),
    money(revenue),
    money(average_order),
    percent(share),
  ];
  const trend = ({ moving_average, change }: SalesRow) =>
    isSeries ? [money(moving_average ?? null), signed(change ?? null)] : [];
  const body = rows.map((row) => [...keyOf(row), ...figures(row), ...trend(row), bar(row.revenue, most)]);
  const all = [
    'all',
    ...(by === 'product' ? [''] : []),
    whole(totals.orders),
    money(totals.revenue),
    money(totals.average_order),
  ];
  const keys = by === 'product' ? ['product', 'name'] : [by];
  const header = [
    ...keys,
    'orders',
    'revenue',
    'per order',
    'share',
    ...(isSeries ? ['average', 'change'] : []),
    '',
  ];
  const alignment = `${'l'.repeat(keys.length)}rrrr${isSeries ? 'rr' : ''}l`;
  return `Sales by ${by}, ordered from ${from} to ${to}\n\n${table(header, [...body, all], alignment)}`;
}

function keyOf({ period, product_id, product_name, email_id }: SalesRow): string[] {
  if (product_id !== undefined) return [printable(product_id), printable(product_name ?? '')];
  return [period === undefined ? printable(email_id ?? '') : period.slice(0, 16).replace('T', ' ')];
}

const money = (amount: number | null): string =>
  amount === null ? '-' : amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const percent = (fraction: number | null): string =>
  fraction === null ? '-' : `${(fraction * 100).toFixed(1)}%`;

const signed = (fraction: number | null): string =>
  fraction === null ? '-' : `${fraction > 0 ? '+' : ''}${percent(fraction)}`;

const bar = (value: number, most: number): string =>
  most > 0 ? '▇'.repeat(Math.round((value / most) * BAR)) : '';
