import { type Database, type Row, readTime } from '../database/database.ts';
import { DatabaseError } from '../errors.ts';
import { PERIODS, type Period, periodsIn, type ReportInput, type SalesReportBy } from './report-input.ts';
import { SALES_STATEMENTS } from './sales-statements.ts';

/** Orders and revenue. Amounts have the precision of `sales.price`, averages two decimals. */
export interface SalesFigures {
  orders: number;
  revenue: number;
  /** Null if there are no orders. */
  average_order: number | null;
}

/** A row: a product (`product_id`, `product_name`), a customer (`email_id`) or a period (`period` and the fields after it). */
export interface SalesRow extends SalesFigures {
  product_id?: string;
  product_name?: string;
  email_id?: string;
  /** Fraction of the total revenue of the range, four decimals; null if the total is 0. */
  share: number | null;
  /** Start of the period, ISO 8601. */
  period?: string;
  /** Average revenue of the last 24 hours or 7 days, including this period; of fewer at the start of the range. */
  moving_average?: number;
  /** Relative change of revenue from the previous period, four decimals; null if that has no revenue or is not in the range. */
  change?: number | null;
}

/** Sales of a time range. `from` (inclusive) and `to` (exclusive) are ISO 8601. */
export interface SalesReport {
  from: string;
  to: string;
  by: SalesReportBy;
  /** Totals of the whole range, including rows beyond a ranking's limit. */
  totals: SalesFigures;
  /** Products or customers by descending revenue, or all periods of the range in chronological order. */
  rows: SalesRow[];
}

/** Amounts are summed in ten-thousandths, the scale of `sales.price`, to stay exact. */
const UNITS = 10_000n;

interface SalesTotal {
  orders: bigint;
  /** Ten-thousandths. */
  revenue: bigint;
}

const NO_SALES: SalesTotal = { orders: 0n, revenue: 0n };

/**
 * Reports the sales of a range by product, customer, hour or day.
 *
 * @throws DatabaseError; its code is `unexpected_answer` if the database returns a period outside the range
 */
export async function reportSales(
  database: Database,
  { from, to, by, limit }: ReportInput,
): Promise<SalesReport> {
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const parameters = { since: range.from, until: range.to };
  if (by === 'hour' || by === 'day') {
    const found = await database.query(SALES_STATEMENTS[by], parameters);
    return { ...range, by, ...toSeries(found, by, periodsIn(by, from, to)) };
  }
  const found = await database.query(SALES_STATEMENTS[by], { ...parameters, limit: String(limit) });
  return { ...range, by, ...toRanking(found) };
}

function toRanking(found: readonly Row[]) {
  const total = found[0] ? toSalesTotal(found[0].total_orders, found[0].total_revenue) : NO_SALES;
  const rows = found.map(({ total_orders, total_revenue, orders, revenue, ...key }): SalesRow => {
    const sold = toSalesTotal(orders, revenue);
    return { ...key, ...toFigures(sold), share: ratio(sold.revenue, total.revenue, 4) };
  });
  return { totals: toFigures(total), rows };
}

/** Returns all periods of the range in chronological order, including those without sales. */
function toSeries(found: readonly Row[], period: Period, { first, count }: ReturnType<typeof periodsIn>) {
  const { lengthMs, averaged } = PERIODS[period];
  const starts = Array.from({ length: count }, (_, index) =>
    new Date(first + index * lengthMs).toISOString(),
  );
  const salesByPeriod = new Map(
    found.map((row) => [readTime(row, 'period'), toSalesTotal(row.orders, row.revenue)]),
  );
  const [unexpected] = new Set(salesByPeriod.keys()).difference(new Set(starts));
  if (unexpected !== undefined) {
    const message = `sales by ${period}: must be from ${starts.at(0)} to ${starts.at(-1)}, received ${unexpected}`;
    throw new DatabaseError('unexpected_answer', message, false);
  }
  const sales = starts.map((start) => salesByPeriod.get(start) ?? NO_SALES);
  const total = sum(sales);
  const rows = sales.map((sold, index): SalesRow => {
    const recent = sales.slice(Math.max(0, index + 1 - averaged), index + 1);
    const before = sales[index - 1] ?? NO_SALES;
    return {
      period: starts[index] as string,
      ...toFigures(sold),
      share: ratio(sold.revenue, total.revenue, 4),
      moving_average: ratio(sum(recent).revenue, BigInt(recent.length) * UNITS, 2) ?? 0,
      change: ratio(sold.revenue - before.revenue, before.revenue, 4),
    };
  });
  return { totals: toFigures(total), rows };
}

/** @param revenue Amount with four decimals, as the statements cast it. */
const toSalesTotal = (orders: string | null | undefined, revenue: string | null | undefined): SalesTotal => ({
  orders: BigInt(String(orders)),
  revenue: BigInt(String(revenue).replace('.', '')),
});

const sum = (sales: readonly SalesTotal[]): SalesTotal =>
  sales.reduce((a, b) => ({ orders: a.orders + b.orders, revenue: a.revenue + b.revenue }), NO_SALES);

const toFigures = ({ orders, revenue }: SalesTotal): SalesFigures => ({
  orders: Number(orders),
  revenue: Number(revenue) / Number(UNITS),
  average_order: ratio(revenue, orders * UNITS, 2),
});

/**
 * Divides exactly and rounds once, half away from zero.
 *
 * @param denominator Must not be negative.
 * @returns Null if the denominator is 0.
 */
export function ratio(numerator: bigint, denominator: bigint, decimals: number): number | null {
  if (denominator === 0n) return null;
  const scale = 10 ** decimals;
  const half = numerator < 0n ? -denominator : denominator;
  return Number((2n * BigInt(scale) * numerator + half) / (2n * denominator)) / scale;
}
