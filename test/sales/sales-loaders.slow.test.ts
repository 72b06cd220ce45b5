import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findSale, type Sale } from '../../lib/sales/sale.ts';
import {
  salesOf,
  startPostgresWarehouse,
  startRedshiftWarehouse,
  type TestWarehouse,
} from './start-test-warehouse.ts';

const WAREHOUSES: [string, () => Promise<TestWarehouse>][] = [
  ['Postgres', startPostgresWarehouse],
  ['Redshift', startRedshiftWarehouse],
];

describe.each(WAREHOUSES)('the sales loader for %s', (_name, start) => {
  let warehouse: TestWarehouse;
  beforeAll(async () => {
    warehouse = await start();
  });
  afterAll(() => warehouse?.stop());
  beforeEach(() => warehouse.observer.query('TRUNCATE sales'));

  const load = (sales: readonly Sale[]) => warehouse.loader.load(sales);
  const find = (sales: readonly Sale[]) =>
    Promise.all(sales.map(({ order_id }) => findSale(warehouse.database, order_id)));
  async function orderIds(): Promise<string[]> {
    const { rows } = await warehouse.observer.query(
      'SELECT order_id FROM sales ORDER BY order_id COLLATE "C"',
    );
    return rows.map(({ order_id }) => order_id);
  }
  const idsOf = (sales: readonly Sale[]) => sales.map(({ order_id }) => order_id).sort();

  test('accepts an empty load', async () => {
    expect(await load([])).toEqual({ loaded: 0, repeated: 0 });
  });

  test('stores every field of each sale', async () => {
    const sales = salesOf(5, 1);
    expect(await load(sales)).toEqual({ loaded: 5, repeated: 0 });
    expect(await find(sales)).toEqual(sales);
    expect(await find(salesOf(1, 2))).toEqual([undefined]);
  });

  test('loads 5,000 sales in one load, and counts them as repeated the second time', async () => {
    const sales = salesOf(5_000, 3);
    expect(await load(sales)).toEqual({ loaded: 5_000, repeated: 0 });
    expect(await load(sales)).toEqual({ loaded: 0, repeated: 5_000 });
    expect(await orderIds()).toEqual(idsOf(sales));
  });

  test('changes nothing when an order is loaded again, even with different values', async () => {
    const sales = salesOf(5, 4);
    await load(sales);
    expect(await load(sales)).toEqual({ loaded: 0, repeated: 5 });
    const others = sales.map((sale) => ({ ...sale, price: '1.0000', email_id: 'other@example.com' }));
    expect(await load(others)).toEqual({ loaded: 0, repeated: 5 });
    expect(await find(sales)).toEqual(sales);
    expect(await orderIds()).toHaveLength(5);
  });

  test('adds only the new sales of an overlapping load', async () => {
    const sales = salesOf(10, 5);
    await load(sales.slice(0, 6));
    expect(await load(sales.slice(4))).toEqual({ loaded: 4, repeated: 2 });
    expect(await orderIds()).toEqual(idsOf(sales));
  });

  test('stores every valid text, price and time unchanged', async () => {
    const names = [
      `O'Brien's "best" \\ kettle`,
      '\\N',
      '\\',
      'null',
      '; DROP TABLE sales; --',
      ':order_id $1 {"a":1} | a,b',
      '🎁 Grüße 漢字',
      '\u{10FFFD}\u2028',
      '字'.repeat(256),
      '🎁'.repeat(128),
    ];
    const [template] = salesOf(1, 7) as [Sale];
    const byName = names.map((name, index) => ({
      ...template,
      order_id: `name-${index}`,
      product_id: name,
      product_name: name,
    }));
    const byPrice = ['0.0000', '0.0001', '1000000000000000.0000', '9999999999999998.0000'].map((price) => ({
      ...template,
      order_id: `price-${price}`,
      price,
    }));
    const byTime = ['1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2026-11-29T01:30:00.120Z'].map(
      (time, index) => ({ ...template, order_id: `time:${index}`, ordered_at: time, confirmed_at: time }),
    );
    const email_id = `${"o'brien+".padEnd(64, 'x')}@${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.example`;
    const others = [{ ...template, order_id: 'a'.repeat(64), email_id }];
    const sales: Sale[] = [...byName, ...byPrice, ...byTime, ...others];
    expect(await load(sales)).toEqual({ loaded: sales.length, repeated: 0 });
    expect(await find(sales)).toEqual(sales);
  });

  test('loads each order once and counts exactly when four concurrent loads share orders', async () => {
    const sales = salesOf(200, 8);
    const batches = [
      sales.slice(0, 120),
      sales.slice(80).reverse(),
      sales.slice(0, 200),
      sales.slice(50, 150),
    ];
    const loads = await Promise.all(batches.map(load));
    expect(await orderIds()).toEqual(idsOf(sales));
    expect(loads.reduce((sum, { loaded }) => sum + loaded, 0)).toBe(200);
    expect(loads.map(({ loaded, repeated }) => loaded + repeated)).toEqual([120, 120, 200, 100]);
  });
});
