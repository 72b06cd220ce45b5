import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { toCsv } from '../../lib/report/to-csv.ts';

test('lines end in CRLF, a header comes first, what is not there is an empty cell', () => {
  expect(toCsv(['a', 'b', 'c'], [{ a: 'x', b: 1.5, c: null }, { b: -2 }])).toBe(
    'a,b,c\r\nx,1.5,\r\n,-2,\r\n',
  );
  expect(toCsv(['a'], [])).toBe('a\r\n');
});

test('quotes, commas and line ends in a text come back as they were', () => {
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
])('a text such as %j is no formula to a spreadsheet', (text) => {
  const [, [cell] = []] = parse(toCsv(['text'], [{ text }]), { record_delimiter: '\r\n' }) as string[][];
  expect(cell).toBe(`'${text}`);
});

test('nor is what comes after a semicolon, where that separates cells', () => {
  expect(toCsv(['text'], [{ text: 'a;=1+1' }, { text: 'a; "-1' }, { text: 'a; b-1' }])).toBe(
    'text\r\na;\'=1+1\r\n"a; ""\'-1"\r\na; b-1\r\n',
  );
});

test('our own numbers stay numbers, negative ones too', () => {
  expect(toCsv(['change'], [{ change: -0.25 }])).toBe('change\r\n-0.25\r\n');
});
