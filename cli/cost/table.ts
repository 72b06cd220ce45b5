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
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return alignment[column] === 'r' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(GAP),
  );
  return lines
    .map((line) => `${GAP}${line}`.trimEnd())
    .join('\n')
    .concat('\n');
}
