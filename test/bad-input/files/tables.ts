import { cells, type FileEntry, failed, file, HEADER, ingested, row } from './file-entry.ts';

const table = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');

/** CSV files. */
export const tables: FileEntry[] = [
  file(
    'CSV: a duplicate column',
    'twice.csv',
    table(`${HEADER},price`, `${cells()},1`),
    failed('duplicate_columns'),
  ),
  file(
    'CSV: a missing column',
    'lacks.csv',
    table(HEADER.replace(',price', ''), cells()),
    failed('missing_columns'),
  ),
  file('CSV: no header', 'headless.csv', table(cells(), cells()), failed('missing_columns')),
  file(
    'CSV: upper-case columns',
    'capitals.csv',
    table(HEADER.toUpperCase(), cells()),
    failed('missing_columns'),
  ),
  file(
    'CSV: semicolons',
    'semicolons.csv',
    table(HEADER, cells()).replaceAll(',', ';'),
    failed('missing_columns'),
  ),
  file('CSV: tabs', 'tabs.csv', table(HEADER, cells()).replaceAll(',', '\t'), failed('missing_columns')),
  file(
    'CSV: a sep= line before the header',
    'separator.csv',
    table('sep=,', HEADER, cells()),
    failed('missing_columns'),
  ),
  file(
    'CSV: a quote in the header that is never closed',
    'open-header.csv',
    table(`"${HEADER}`, cells()),
    failed('bad_header'),
  ),
  file(
    'CSV: unknown columns',
    'more.csv',
    table(`${HEADER},note,__proto__,constructor`, `${cells()},a,b,c`),
    ingested(1),
  ),
  file(
    'CSV: a duplicate unknown column',
    'note-twice.csv',
    table(`${HEADER},note,note`, `${cells()},a,b`),
    ingested(1),
  ),
  file('CSV: only a header', 'header.csv', HEADER, ingested(0)),
  file(
    'CSV: spaces and quotes around column names',
    'quoted.csv',
    table(
      HEADER.split(',')
        .map((name) => ` "${name}" `)
        .join(','),
      cells(),
    ),
    ingested(1),
  ),
  file(
    'CSV: rows too short and too long',
    'ragged.csv',
    table(HEADER, 'Jane,1', `${cells()},more`, cells()),
    ingested(1, '2 : column_count', '3 : column_count'),
  ),
  file(
    'CSV: a row of 100,000 cells',
    'wide.csv',
    table(HEADER, ','.repeat(99_999), cells()),
    ingested(1, '2 : column_count'),
  ),
  file(
    'CSV: a quote that is never closed',
    'open.csv',
    table(HEADER, `"${cells()}`, cells(), cells()),
    ingested(2, '2 : bad_csv'),
  ),
  file(
    'CSV: a quote in the middle of a cell',
    'stray.csv',
    table(HEADER, cells({ customer_name: 'Jane "J" Doe' }), cells()),
    ingested(1, '2 : bad_csv'),
  ),
  file(
    'CSV: a line break in a name',
    'break.csv',
    table(HEADER, cells({ customer_name: '"Jane\nBcc: all@example.org"' }), cells()),
    ingested(1, '2 customer_name: invalid_format'),
  ),
  file(
    'CSV: empty cells',
    'holes.csv',
    table(HEADER, ',,,,,'),
    ingested(0, ...HEADER.split(',').map((field) => `2 ${field}: missing`)),
  ),
  file(
    'CSV: a formula as a name',
    'formula.csv',
    table(HEADER, cells({ customer_name: "=cmd|' /C calc'!A0" }), cells({ product_name: '@SUM(A1:A9)' })),
    ingested(2),
  ),
  file(
    'CSV: a formula as a price',
    'formula-price.csv',
    table(HEADER, cells({ price: '=1+1' }), cells({ price: '+1' }), cells({ price: '-1' })),
    ingested(0, '2 price: invalid_type', '3 price: invalid_type', '4 price: too_small'),
  ),
  file(
    'CSV: prices that are not plain numbers',
    'prices.csv',
    table(
      HEADER,
      ...['1e400', 'NaN', 'Infinity', '0x10', '1_000', '"1,000.00"', '39.90 €'].map((price) =>
        cells({ price }),
      ),
    ),
    ingested(0, ...[2, 3, 4, 5, 6, 7, 8].map((line) => `${line} price: invalid_type`)),
  ),
  file('CSV: lines that end with CR', 'cr.csv', `${HEADER}\r${cells()}\r${cells()}`, ingested(2)),
  file('CSV: mixed line ends', 'ends.csv', `${HEADER}\r\n${cells()}\r${cells()}\n\r${cells()}`, ingested(3)),
  file('JSON in a file named CSV', 'json.csv', `[${row()}]`, failed('bad_header')),
  file('CSV in a file named JSON', 'csv.json', table(HEADER, cells()), failed('bad_json')),
  file('CSV in a file without an extension', 'csv', table(HEADER, cells()), ingested(1)),
];
