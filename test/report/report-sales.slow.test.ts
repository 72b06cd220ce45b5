import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, Row } from '../../lib/database/database.ts';
import { readReportInput } from '../../lib/report/report-input.ts';
import { ratio, reportSales } from '../../lib/report/report-sales.ts';
import {
  salesOf,
  startPostgresWarehouse,
  startRedshiftWarehouse,
  type TestWarehouse,
} from '../sales/start-test-warehouse.ts';

/** Creates a database that answers every query with these rows. */
const answering = (rows: Row[], queries: unknown[] = []): Database => ({
  async query(sql, parameters) {
    queries.push([sql.includes('date_trunc') ? 'series' : 'ranking', parameters]);
    return rows;
  },
  transaction: async () => undefined,
});

describe('reportSales', () => {
  test('includes periods without sales, with averages, shares and changes', async () => {
    const queries: unknown[] = [];
    const sold = (day: string, orders: string, revenue: string) => ({
      period: `2026-11-${day} 00:00:00`,
      orders,
      revenue,
    });
    const rows = [sold('03', '3', '10.0000'), sold('01', '2', '20.0000'), sold('10', '1', '0.0001')];
    const input = readReportInput({ by: 'day', from: '2026-11-01T06:00:00Z', to: '2026-11-10T18:00:00Z' }, 0);
    const found = await reportSales(answering(rows, queries), input);
    expect(queries).toEqual([
      ['series', { since: '2026-11-01T06:00:00.000Z', until: '2026-11-10T18:00:00.000Z' }],
    ]);
    const { rows: days, ...others } = found;
    expect(others).toEqual({
      from: '2026-11-01T06:00:00.000Z',
      to: '2026-11-10T18:00:00.000Z',
      by: 'day',
      totals: { orders: 6, revenue: 30.0001, average_order: 5 },
    });
    expect(days.map(({ period, ...row }) => [period?.slice(0, 10), ...Object.values(row)])).toEqual([
      // Columns: orders, revenue, average_order, share, moving_average (7 days), change.
      ['2026-11-01', 2, 20, 10, 0.6667, 20, null],
      ['2026-11-02', 0, 0, null, 0, 10, -1],
      ['2026-11-03', 3, 10, 3.33, 0.3333, 10, null],
      ['2026-11-04', 0, 0, null, 0, 7.5, -1],
      ['2026-11-05', 0, 0, null, 0, 6, null],
      ['2026-11-06', 0, 0, null, 0, 5, null],
      ['2026-11-07', 0, 0, null, 0, 4.29, null],
      ['2026-11-08', 0, 0, null, 0, 1.43, null],
      ['2026-11-09', 0, 0, null, 0, 1.43, null],
      ['2026-11-10', 1, 0.0001, 0, 0, 0, null],
    ]);
  });

  test('includes products beyond the limit in the totals', async () => {
    const queries: unknown[] = [];
    const totals = { total_orders: '5', total_revenue: '100.0000' };
    const rows = [
      { product_id: 'P-1', product_name: 'Kettle', orders: '3', revenue: '70.5000', ...totals },
      { product_id: 'P-2', product_name: 'Toaster', orders: '1', revenue: '20.0000', ...totals },
    ];
    const input = readReportInput({ by: 'product', from: '2026-11-01', to: '2026-11-02', limit: 2 }, 0);
    expect(await reportSales(answering(rows, queries), input)).toMatchObject({
      by: 'product',
      totals: { orders: 5, revenue: 100, average_order: 20 },
      rows: [
        {
          product_id: 'P-1',
          product_name: 'Kettle',
          orders: 3,
          revenue: 70.5,
          average_order: 23.5,
          share: 0.705,
        },
        { product_id: 'P-2', product_name: 'Toaster', orders: 1, revenue: 20, average_order: 20, share: 0.2 },
      ],
    });
    const range = { since: '2026-11-01T00:00:00.000Z', until: '2026-11-02T00:00:00.000Z' };
    expect(queries).toEqual([['ranking', { ...range, limit: '2' }]]);
  });

  test('returns zero totals and no rows without sales', async () => {
    const input = readReportInput({ by: 'customer' }, 86_400_000);
    expect(await reportSales(answering([]), input)).toMatchObject({
      totals: { orders: 0, revenue: 0, average_order: null },
      rows: [],
    });
  });
});

const WAREHOUSES: [string, () => Promise<TestWarehouse>][] = [
  ['Postgres', startPostgresWarehouse],
  ['Redshift', startRedshiftWarehouse],
];

describe.each(WAREHOUSES)('reportSales from %s', (_name, start) => {
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

  test('by day returns every day in order, even after 2038', async () => {
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

  test('by hour returns every hour in order', async () => {
    const range = { from: '2039-05-01T22:00:00Z', to: '2039-05-02T01:00:00Z' };
    expect((await report({ by: 'hour', ...range })).rows).toEqual([
      ['2039-05-01T22:00:00.000Z', 0, 0],
      ['2039-05-01T23:00:00.000Z', 1, 2],
      ['2039-05-02T00:00:00.000Z', 0, 0],
    ]);
  });

  test.each(['product', 'customer'])('by %s returns the same totals', async (by) => {
    const { totals, rows } = await report({ by, from: '2039-01-01', to: '2040-01-01' });
    expect(totals).toEqual({ orders: 2, revenue: 5, average_order: 2.5 });
    expect(rows).toEqual([[undefined, 2, 5]]);
  });
});

test('reportSales throws for a period outside the range, rather than omitting its revenue', async () => {
  const input = readReportInput({ by: 'day', from: '2038-01-18', to: '2038-01-21' }, 0);
  const answer = (period: string) => ({
    query: async () => [{ period, orders: '1', revenue: '5.0000' }],
    transaction: async () => undefined,
  });
  await expect(reportSales(answer('2038-01-17 00:00:00'), input)).rejects.toMatchObject({
    code: 'unexpected_answer',
    unreachable: false,
    message:
      'unexpected_answer: sales by day: must be from 2038-01-18T00:00:00.000Z to 2038-01-20T00:00:00.000Z, received 2038-01-17T00:00:00.000Z',
  });
  await expect(reportSales(answer('-2147483648'), input)).rejects.toThrow(
    'unexpected_answer: period: must be a time, received -2147483648',
  );
});

test.each([
  [1n, 3n, 4, 0.3333],
  [2n, 3n, 4, 0.6667],
  [1n, 20_000n, 4, 0.0001],
  [-1n, 20_000n, 4, -0.0001],
  [-1n, 20_001n, 4, 0],
  [1_005n, 1_000n, 2, 1.01],
  [-3n, 1n, 4, -3],
  // As doubles, these two would be equal.
  [90_071_992_547_409_930_001n, 90_071_992_547_409_920_001n, 2, 1],
])(
  'ratio rounds %d / %d to %d decimals, half away from zero: %d',
  (numerator, denominator, decimals, result) => {
    expect(ratio(numerator, denominator, decimals)).toBe(result);
  },
);

test('ratio returns null for a denominator of 0', () => {
  expect(ratio(0n, 0n, 2)).toBeNull();
  expect(ratio(5n, 0n, 2)).toBeNull();
});
