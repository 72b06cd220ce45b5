import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readReportInput } from '../../lib/report/report-input.ts';
import { reportSales } from '../../lib/report/report-sales.ts';
import {
  salesOf,
  startPostgresWarehouse,
  startRedshiftWarehouse,
  type TestWarehouse,
} from '../sales/start-test-warehouse.ts';

const WAREHOUSES: [string, () => Promise<TestWarehouse>][] = [
  ['Postgres', startPostgresWarehouse],
  ['Redshift', startRedshiftWarehouse],
];

describe.each(WAREHOUSES)('a report from %s', (_name, start) => {
  let warehouse: TestWarehouse;
  beforeAll(async () => {
    warehouse = await start();
    const times = ['1970-01-01T00:00:00.000Z', '2039-05-01T23:30:00.000Z', '2039-05-03T00:00:00.000Z'];
    const sales = salesOf(times.length, 1).map((sale, index) => ({
      ...sale,
      product_id: 'P-1',
      product_name: 'Kettle',
      email_id: 'jane@example.com',
      price: `${index + 1}.0000`,
      ordered_at: times[index] as string,
    }));
    await warehouse.loader.load(sales);
  });
  afterAll(() => warehouse?.stop());

  const report = async (input: object) => {
    const { totals, rows } = await reportSales(warehouse.database, readReportInput(input, 0));
    return { totals, rows: rows.map(({ period, orders, revenue }) => [period, orders, revenue]) };
  };

  test('by day has every day in its place, after 2038 too', async () => {
    expect(await report({ by: 'day', from: '2039-05-01', to: '2039-05-04' })).toEqual({
      totals: { orders: 2, revenue: 5, average_order: 2.5 },
      rows: [
        ['2039-05-01T00:00:00.000Z', 1, 2],
        ['2039-05-02T00:00:00.000Z', 0, 0],
        ['2039-05-03T00:00:00.000Z', 1, 3],
      ],
    });
    expect((await report({ by: 'day', from: '1970-01-01', to: '1970-01-02' })).rows).toEqual([
      ['1970-01-01T00:00:00.000Z', 1, 1],
    ]);
  });

  test('by hour has every hour in its place', async () => {
    const range = { from: '2039-05-01T22:00:00Z', to: '2039-05-02T01:00:00Z' };
    expect((await report({ by: 'hour', ...range })).rows).toEqual([
      ['2039-05-01T22:00:00.000Z', 0, 0],
      ['2039-05-01T23:00:00.000Z', 1, 2],
      ['2039-05-02T00:00:00.000Z', 0, 0],
    ]);
  });

  test.each(['product', 'customer'])('by %s has the same sums', async (by) => {
    const { totals, rows } = await report({ by, from: '2039-01-01', to: '2040-01-01' });
    expect(totals).toEqual({ orders: 2, revenue: 5, average_order: 2.5 });
    expect(rows).toEqual([[undefined, 2, 5]]);
  });
});

test('a period that is not of the range is an error, rather than revenue that is missing', async () => {
  const input = readReportInput({ by: 'day', from: '2038-01-19', to: '2038-01-21' }, 0);
  const answer = (period: string) => ({
    query: async () => [{ period, orders: '1', revenue: '5.0000' }],
    transaction: async () => undefined,
  });
  await expect(reportSales(answer('2038-01-18 00:00:00'), input)).rejects.toThrow(
    'unexpected_answer: sales by day: must be of 2038-01-19T00:00:00.000Z to 2038-01-20T00:00:00.000Z, received 2038-01-18T00:00:00.000Z',
  );
  await expect(reportSales(answer('-2147483648'), input)).rejects.toThrow(
    'unexpected_answer: period: must be a time, received -2147483648',
  );
});
