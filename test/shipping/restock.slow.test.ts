import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { fulfillOrders } from '../../lib/shipping/fulfill-orders.ts';
import { restock } from '../../lib/shipping/restock.ts';
import type { RestockInput } from '../../lib/shipping/restock-input.ts';
import { confirmedOrder } from './confirmed-order.ts';
import { ADAPTERS, type ShippingDatabase, startShippingDatabase } from './start-shipping-database.ts';

const FRIDAY = new Date('2026-11-27T12:00:00Z');
const MONDAY = new Date('2026-11-30T12:00:00Z');

describe.each(ADAPTERS)('over %s,', (adapter) => {
  let shipping: ShippingDatabase;
  let database: Database;

  beforeAll(async () => {
    shipping = await startShippingDatabase(adapter);
    database = shipping.open();
  });
  afterAll(() => shipping?.stop());
  beforeEach(() => shipping.empty());

  const stockUp = (restock_id: string, ...items: RestockInput['items']) =>
    restock(database, { restock_id, items }, MONDAY);
  /** Fulfills orders of one product, each with its timestamp in seconds. */
  const order = (product_id: string, ...made: [order_id: string, second: number][]) =>
    fulfillOrders(
      database,
      made.map(([order_id, second]) => confirmedOrder(order_id, { product_id, timestamp: second * 1_000 })),
      FRIDAY,
    );
  const scheduled = () =>
    shipping.read(`SELECT order_id, delivery_date::text AS date FROM shipments
      WHERE status = 'scheduled' ORDER BY created_at, order_id`);

  test('restock schedules the oldest backorders of each product across batches, and keeps the remaining stock', async () => {
    await order('P-1', ['d', 40], ['b', 20], ['e', 50]);
    await order('P-1', ['a', 10], ['C', 20]);
    await order('P-2', ['z', 1]);
    await order('P-3', ['y', 1]);
    const restocked = await stockUp(
      'r-1',
      { product_id: 'P-2', quantity: 5 },
      { product_id: 'P-1', quantity: 3 },
    );
    expect(restocked).toEqual([
      { product_id: 'P-1', added: 3, scheduled: 3, stock: 0 },
      { product_id: 'P-2', added: 5, scheduled: 1, stock: 4 },
    ]);
    // "C" comes before "b": orders with the same timestamp are sorted by the bytes of their order_id.
    const ids = ['a', 'C', 'b', 'z'];
    expect(await scheduled()).toEqual(
      expect.arrayContaining(ids.map((order_id) => ({ order_id, date: '2026-12-03' }))),
    );
    expect(await shipping.products()).toEqual([
      { product_id: 'P-1', stock: 0, scheduled: 3, backordered: 2 },
      { product_id: 'P-2', stock: 4, scheduled: 1, backordered: 0 },
      { product_id: 'P-3', stock: 0, scheduled: 0, backordered: 1 },
    ]);
  });

  test('restock keeps the delivery date of scheduled shipments', async () => {
    await stockUp('r-1', { product_id: 'P-1', quantity: 1 });
    await order('P-1', ['first', 1], ['second', 2]);
    await stockUp('r-2', { product_id: 'P-1', quantity: 1 });
    expect(await scheduled()).toEqual([
      { order_id: 'first', date: '2026-12-02' },
      { order_id: 'second', date: '2026-12-03' },
    ]);
  });

  test('restock adds stock once per restock_id, even concurrently or with other quantities', async () => {
    const item = { product_id: 'P-1', quantity: 10 };
    await order('P-1', ['1', 1]);
    const twins = await Promise.all(
      [1, 2].map(() => restock(shipping.open(), { restock_id: 'r', items: [item] }, MONDAY)),
    );
    expect(
      twins
        .flat()
        .map(({ added }) => added)
        .sort(),
    ).toEqual([0, 10]);
    expect(
      twins
        .flat()
        .map(({ scheduled }) => scheduled)
        .sort(),
    ).toEqual([0, 1]);

    const before = await shipping.snapshot();
    expect(await stockUp('r', { product_id: 'P-1', quantity: 99, product_name: 'Samovar' })).toEqual([
      { product_id: 'P-1', added: 0, scheduled: 0, stock: 9 },
    ]);
    expect(await shipping.snapshot()).toEqual(before);
    expect(await stockUp('r', item, { product_id: 'P-2', quantity: 3 })).toMatchObject([
      { product_id: 'P-1', added: 0, stock: 9 },
      { product_id: 'P-2', added: 3, stock: 3 },
    ]);
    expect(await stockUp('another', item)).toMatchObject([{ added: 10, stock: 19 }]);
  });

  test('restock sets the given product name, else keeps the old one, else uses the product_id', async () => {
    await order('P-1', ['1', 1]);
    await order('P-2', ['2', 1]);
    const name = 'Kettle "Größe" 🫖';
    await stockUp(
      'r-1',
      { product_id: 'P-1', quantity: 1, product_name: name },
      { product_id: 'P-2', quantity: 1 },
      { product_id: 'P-3', quantity: 1, product_name: name },
      { product_id: 'P-4', quantity: 1 },
    );
    expect(await shipping.read('SELECT product_id, product_name FROM inventory ORDER BY 1')).toEqual([
      { product_id: 'P-1', product_name: name },
      { product_id: 'P-2', product_name: 'Kettle' },
      { product_id: 'P-3', product_name: name },
      { product_id: 'P-4', product_name: 'P-4' },
    ]);
  });

  test('restock accepts 1,000 products with the longest names', async () => {
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      product_id: `${String(index).padStart(4, '0')}${'金'.repeat(252)}`,
      product_name: '金'.repeat(256),
      quantity: 1_000_000_000,
    }));
    const restocked = await stockUp('r-1', ...items.toReversed());
    expect(restocked).toEqual(
      items.map(({ product_id }) => ({ product_id, added: 1e9, scheduled: 0, stock: 1e9 })),
    );
  });

  test('restock rejects more stock than a JSON number can represent, and stores nothing', async () => {
    await stockUp('r-1', { product_id: 'P-1', quantity: 1 });
    await shipping.read('UPDATE inventory SET stock = 9007199254740991');
    const before = await shipping.snapshot();
    const beyond = stockUp('r-2', { product_id: 'P-0', quantity: 1 }, { product_id: 'P-1', quantity: 1 });
    await expect(beyond).rejects.toMatchObject({ name: 'DatabaseError', code: '23514' });
    expect(await shipping.snapshot()).toEqual(before);
  });
});
