import type { OrderIssue } from '../../lib/order/order.ts';
import { printable } from '../../lib/text.ts';
import { whole } from './format.ts';
import type { Style } from './style.ts';

/** Bad rows that are shown of a file. */
export const SHOWN_BAD_ROWS = 20;

/** A row that is no order: where it is and what is wrong with it. */
export interface BadRowReport {
  line: number;
  errors: OrderIssue[];
}

/**
 * Bad rows, a line for each thing that is wrong.
 *
 * @param rows the first of them
 * @param total how many there are
 */
export function badRowsText(rows: readonly BadRowReport[], total: number, style: Style): string {
  const lines = rows.flatMap(({ line, errors }) =>
    errors.map(({ message }) => `  ${style.strong(`line ${line}`)}  ${printable(message)}\n`),
  );
  const others = total - rows.length;
  if (others > 0) lines.push(`  … and ${whole(others)} more\n`);
  return lines.join('');
}
