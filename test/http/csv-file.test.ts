import { expect, test } from 'vitest';
import { csvFile } from '../../lib/http/csv-file.ts';

test('browsers save the answer under its name, and read it as UTF-8', () => {
  expect(csvFile('sales-2026-11.csv', 'product,sold\nKettle,3\n')).toEqual({
    statusCode: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="sales-2026-11.csv"',
    },
    body: 'product,sold\nKettle,3\n',
  });
});
