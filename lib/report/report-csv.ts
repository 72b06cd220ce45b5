import type { SalesReportBy } from './report-input.ts';
import type { SalesReport, SalesRow } from './report-sales.ts';
import { toCsv } from './to-csv.ts';

const RANKING = ['orders', 'revenue', 'average_order', 'share'] as const;
const SERIES = ['period', ...RANKING, 'moving_average', 'change'] as const;

const COLUMNS: Record<SalesReportBy, readonly (keyof SalesRow)[]> = {
  product: ['product_id', 'product_name', ...RANKING],
  customer: ['email_id', ...RANKING],
  hour: SERIES,
  day: SERIES,
};

/** A report's rows as a CSV file; the totals are left to JSON, since a column holds one kind of thing. */
export function reportCsv({ by, from, to, rows }: SalesReport): { name: string; csv: string } {
  const name = `sales-by-${by}-${from.slice(0, 10)}-to-${to.slice(0, 10)}.csv`;
  return { name, csv: toCsv(COLUMNS[by], rows) };
}
