import { stripVTControlCharacters } from 'node:util';

/** Separates columns. */
const GAP = '  ';

/**
 * Formats a table, indented, with each column as wide as its widest cell.
 *
 * @param alignment One letter per column: `l` or `r`.
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  alignment: string,
): string {
  const widths = header.map((name, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), widthOf(name)),
  );
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
        return alignment[column] === 'r' ? `${padding}${cell}` : `${cell}${padding}`;
      })
      .join(GAP),
  );
  return lines
    .map((line) => `${GAP}${line}`.trimEnd())
    .join('\n')
    .concat('\n');
}

/** Width on the screen, without color codes. */
const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;
