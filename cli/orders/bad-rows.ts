import type { OrderIssue } from '../../lib/order/order.ts';
import { printable } from '../../lib/text.ts';
import { whole } from './format.ts';
import type { Style } from './style.ts';

/** Maximum number of bad rows shown per file. */
export const SHOWN_BAD_ROWS = 20;

/** The line of a row that is not a valid order, and its errors. */
export interface BadRowReport {
  line: number;
  errors: OrderIssue[];
}

/**
 * Formats bad rows, one line per error.
 *
 * @param rows The bad rows to show.
 * @param total Number of bad rows in the file.
 */
export function badRowsText(rows: readonly BadRowReport[], total: number, style: Style): string {
  const lines = rows.flatMap(({ line, errors }) =>
    errors.map(({ message }) => `  ${style.strong(`line ${line}`)}  ${printable(message)}\n`),
  );
  const others = total - rows.length;
  if (others > 0) lines.push(`  … and ${whole(others)} more\n`);
  return lines.join('');
}
