import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvFile, reportCsv, toCsv } from '../../lib/report/csv.ts';

test('toCsv writes a header, CRLF line ends, and empty cells for missing values', () => {
  expect(toCsv(['a', 'b', 'c'], [{ a: 'x', b: 1.5, c: null }, { b: -2 }])).toBe(
    'a,b,c\r\nx,1.5,\r\n,-2,\r\n',
  );
  expect(toCsv(['a'], [])).toBe('a\r\n');
});

test('toCsv escapes quotes, commas and line ends', () => {
  const texts = ['12" pan', 'salt, pepper', 'two\r\nlines', '"', ' padded ', 'Käse 🧀'];
  const csv = toCsv(
    ['text'],
    texts.map((text) => ({ text })),
  );
  expect(parse(csv, { record_delimiter: '\r\n' })).toEqual([['text'], ...texts.map((text) => [text])]);
});

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '=HYPERLINK("http://x","y")',
  '=a,b',
])('toCsv prefixes %j so that a spreadsheet does not run it as a formula', (text) => {
  const [, [cell] = []] = parse(toCsv(['text'], [{ text }]), { record_delimiter: '\r\n' }) as string[][];
  expect(cell).toBe(`'${text}`);
});

test('toCsv also prefixes a formula after a semicolon, which separates cells in some locales', () => {
  expect(toCsv(['text'], [{ text: 'a;=1+1' }, { text: 'a; "-1' }, { text: 'a; b-1' }])).toBe(
    'text\r\na;\'=1+1\r\n"a; ""\'-1"\r\na; b-1\r\n',
  );
});

test('toCsv does not prefix negative numbers', () => {
  expect(toCsv(['change'], [{ change: -0.25 }])).toBe('change\r\n-0.25\r\n');
});

const RANGE = { from: '2026-11-01T06:00:00.000Z', to: '2026-11-10T18:00:00.000Z' };
const FIGURES = { orders: 2, revenue: 20, average_order: 10 };

test.each([
  [
    'product',
    { product_id: 'P-1', product_name: 'Kettle', share: 0.5 },
    'product_id,product_name,orders,revenue,average_order,share\r\nP-1,Kettle,2,20,10,0.5\r\n',
  ],
  [
    'customer',
    { email_id: 'jane@example.com', share: 0.5 },
    'email_id,orders,revenue,average_order,share\r\njane@example.com,2,20,10,0.5\r\n',
  ],
  ...(['hour', 'day'] as const).map(
    (by) =>
      [
        by,
        { period: RANGE.from, share: 0.5, moving_average: 20, change: null },
        'period,orders,revenue,average_order,share,moving_average,change\r\n2026-11-01T06:00:00.000Z,2,20,10,0.5,20,\r\n',
      ] as const,
  ),
] as const)(
  'reportCsv writes the rows of a report by %s, and names the file after grouping and range',
  (by, row, csv) => {
    const report = { ...RANGE, by, totals: FIGURES, rows: [{ ...FIGURES, ...row }] };
    expect(reportCsv(report)).toEqual({ name: `sales-by-${by}-2026-11-01-to-2026-11-10.csv`, csv });
  },
);

test('csvFile sets the file name and the charset of the response', () => {
  expect(csvFile('sales-2026-11.csv', 'product,sold\nKettle,3\n')).toEqual({
    statusCode: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="sales-2026-11.csv"',
    },
    body: 'product,sold\nKettle,3\n',
  });
});
