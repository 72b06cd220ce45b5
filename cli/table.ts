import { stripVTControlCharacters } from 'node:util';

/** Between columns. */
const GAP = '  ';

/**
 * A table of text, indented, each column as wide as its widest cell.
 *
 * @param alignment one letter a column: `l` or `r`
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

/** Columns on the screen: colours take none. */
const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;
