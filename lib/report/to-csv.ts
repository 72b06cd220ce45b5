/**
 * What a spreadsheet takes for the start of a formula, full-width letters included:
 * https://owasp.org/www-community/attacks/CSV_Injection. One whose list separator is `;`, as in much of Europe, begins a
 * cell after that, whatever quotes there are around.
 */
const FORMULA = /(^|;[\s"]*)(?=[=+\-@\t\r\n＝＋－＠])/g;

/**
 * Rows as CSV (RFC 4180) with a header. What a spreadsheet would run as a formula gets a `'` in front; numbers are
 * written as they are, null as an empty cell.
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
