import { type Database, type Row, readTime } from '../database/database.ts';
import { DatabaseError } from '../errors.ts';
import { PERIODS, type Period, periodsIn, type ReportInput, type SalesReportBy } from './report-input.ts';
import { SALES_STATEMENTS } from './sales-statements.ts';

/** Amounts are as precise as `sales.price`, and the averages of amounts have two decimals. */
export interface SalesFigures {
  orders: number;
  revenue: number;
  /** Null where there are no orders. */
  average_order: number | null;
}

/** One row: a product (`product_id`, `product_name`), a customer (`email_id`) or a period (the fields from `period` on). */
export interface SalesRow extends SalesFigures {
  product_id?: string;
  product_name?: string;
  email_id?: string;
  /** Fraction of the revenue of the whole range, four decimals; null where that is 0. */
  share: number | null;
  /** Start of the period, ISO 8601. */
  period?: string;
  /** Revenue a period over the last 24 hours or 7 days, this period included, or as many as the range has had so far. */
  moving_average?: number;
  /** Of revenue on the period before, as a fraction of that, four decimals; null where that is 0 or not in the range. */
  change?: number | null;
}

/** What was sold in a range. `from` (inclusive) and `to` (exclusive) are ISO 8601. */
export interface SalesReport {
  from: string;
  to: string;
  by: SalesReportBy;
  /** Of the whole range, whatever a ranking cuts off. */
  totals: SalesFigures;
  /** Products and customers by revenue, greatest first; periods in their order, each of the range. */
  rows: SalesRow[];
}

/** Amounts are counted in ten-thousandths, the scale of `sales.price`, so that sums stay exact. */
const UNITS = 10_000n;

interface Sold {
  orders: bigint;
  /** Ten-thousandths. */
  revenue: bigint;
}

const NOTHING: Sold = { orders: 0n, revenue: 0n };

/**
 * Answers what was sold in a range, by product, customer, hour or day.
 *
 * @throws DatabaseError; its code is `unexpected_answer` where a period is not of the range
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
  const found = await database.query(SALES_STATEMENTS[by], { ...parameters, most: String(limit) });
  return { ...range, by, ...toRanking(found) };
}

function toRanking(found: readonly Row[]) {
  const total = found[0] ? toSold(found[0].total_orders, found[0].total_revenue) : NOTHING;
  const rows = found.map(({ total_orders, total_revenue, orders, revenue, ...key }): SalesRow => {
    const sold = toSold(orders, revenue);
    return { ...key, ...toFigures(sold), share: ratio(sold.revenue, total.revenue, 4) };
  });
  return { totals: toFigures(total), rows };
}

/** Every period in its order, with those in which nothing was sold. */
function toSeries(found: readonly Row[], period: Period, { first, count }: ReturnType<typeof periodsIn>) {
  const { lengthMs, averaged } = PERIODS[period];
  const starts = Array.from({ length: count }, (_, index) =>
    new Date(first + index * lengthMs).toISOString(),
  );
  const soldIn = new Map(found.map((row) => [readTime(row, 'period'), toSold(row.orders, row.revenue)]));
  const [stranger] = new Set(soldIn.keys()).difference(new Set(starts));
  if (stranger !== undefined) {
    const message = `sales by ${period}: must be of ${starts.at(0)} to ${starts.at(-1)}, received ${stranger}`;
    throw new DatabaseError('unexpected_answer', message, false);
  }
  const sales = starts.map((start) => soldIn.get(start) ?? NOTHING);
  const total = sum(sales);
  const rows = sales.map((sold, index): SalesRow => {
    const recent = sales.slice(Math.max(0, index + 1 - averaged), index + 1);
    const before = sales[index - 1] ?? NOTHING;
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

/** @param revenue with four decimals, as the statements cast it */
const toSold = (orders: string | null | undefined, revenue: string | null | undefined): Sold => ({
  orders: BigInt(String(orders)),
  revenue: BigInt(String(revenue).replace('.', '')),
});

const sum = (sales: readonly Sold[]): Sold =>
  sales.reduce((a, b) => ({ orders: a.orders + b.orders, revenue: a.revenue + b.revenue }), NOTHING);

const toFigures = ({ orders, revenue }: Sold): SalesFigures => ({
  orders: Number(orders),
  revenue: Number(revenue) / Number(UNITS),
  average_order: ratio(revenue, orders * UNITS, 2),
});

/**
 * A fraction, computed exactly and rounded once, half away from zero.
 *
 * @param denominator at least 0
 * @returns null where the denominator is 0
 */
export function ratio(numerator: bigint, denominator: bigint, decimals: number): number | null {
  if (denominator === 0n) return null;
  const scale = 10 ** decimals;
  const half = numerator < 0n ? -denominator : denominator;
  return Number((2n * BigInt(scale) * numerator + half) / (2n * denominator)) / scale;
}
