import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { SalesReportBy } from './report-input.ts';
import type { SalesReport, SalesRow } from './report-sales.ts';

/**
 * Characters that start a formula in a spreadsheet, including full-width ones:
 * https://owasp.org/www-community/attacks/CSV_Injection. With `;` as list separator (much of Europe), spreadsheets also start a
 * cell after each `;`, even inside quotes.
 */
const FORMULA = /(^|;[\s"]*)(?=[=+\-@\t\r\n＝＋－＠])/g;

/**
 * Formats rows as CSV (RFC 4180) with a header. Prefixes text that a spreadsheet would run as a formula with `'`. Null and
 * undefined are empty cells.
 */
export function toCsv<Column extends string>(
  columns: readonly Column[],
  rows: readonly Partial<Record<Column, string | number | null>>[],
): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => toCell(row[column])))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function toCell(value: string | number | null | undefined): string {
  if (typeof value !== 'string') return String(value ?? '');
  const text = value.replace(FORMULA, "$1'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const RANKING = ['orders', 'revenue', 'average_order', 'share'] as const;
const SERIES = ['period', ...RANKING, 'moving_average', 'change'] as const;

const COLUMNS: Record<SalesReportBy, readonly (keyof SalesRow)[]> = {
  product: ['product_id', 'product_name', ...RANKING],
  customer: ['email_id', ...RANKING],
  hour: SERIES,
  day: SERIES,
};

/** Formats a report's rows as a CSV file. The totals are only in the JSON report. */
export function reportCsv({ by, from, to, rows }: SalesReport): { name: string; csv: string } {
  const name = `sales-by-${by}-${from.slice(0, 10)}-to-${to.slice(0, 10)}.csv`;
  return { name, csv: toCsv(COLUMNS[by], rows) };
}

/**
 * Creates a response that browsers save as a file.
 *
 * @param name File name. Not escaped: only letters, digits, `-` and `.` are allowed.
 */
export function csvFile(name: string, csv: string): APIGatewayProxyStructuredResultV2 {
  const headers = {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name}"`,
  };
  return { statusCode: 200, headers, body: csv };
}
