import { expect, test } from 'vitest';
import type { Insertion, Item, Table } from '../lib/aws/table.ts';
import type { EntryOutcome } from '../lib/batch/send-in-batches.ts';
import { createLoyalty, pointsOf } from '../lib/loyalty.ts';
import { storeBatch } from '../lib/records/order-consumer.ts';

/** Creates an in-memory table with the key `order_id`. */
function createTestTable() {
  const items = new Map<string, Item>();
  const table: Pick<Table, 'insert' | 'query'> = {
    insert: async (added) =>
      added.map((item): EntryOutcome<Insertion> => {
        const existing = items.get(String(item.order_id));
        if (existing) return { ok: true, value: { inserted: false, existing } };
        items.set(String(item.order_id), item);
        return { ok: true, value: { inserted: true } };
      }),
    async *query(_index, attribute, value) {
      yield* [...items.values()].filter((item) => item[attribute] === value);
    },
  };
  return table;
}

const event = (order_id: string, price: number, email_id = 'jane@example.com') => ({
  body: JSON.stringify({
    event: 'OrderConfirmed',
    order: {
      order_id,
      email_id,
      price,
      customer_name: 'Jane Doe',
      product_id: 'P-1',
      product_name: 'Kettle',
      timestamp: 1_795_329_424_262,
    },
    confirmed_at: 1_795_329_425_000,
  }),
});

test('awards one point per whole unit of the price, and sums the points of a customer', async () => {
  const table = createTestTable();
  const orders = [
    event('a', 39.9),
    event('b', 0.5),
    event('c', 7, 'JANE@example.com'),
    event('d', 9, 'joe@example.com'),
  ];
  const { stored } = await storeBatch(orders, createLoyalty(table));
  expect(stored).toEqual({ awarded: 4, repeated: 0 });
  expect(await pointsOf(table, 'Jane@Example.com')).toBe(46);
});

test('awards an order once when its event is delivered twice', async () => {
  const table = createTestTable();
  await storeBatch([event('a', 39.9)], createLoyalty(table));
  const { stored } = await storeBatch([event('a', 39.9)], createLoyalty(table));
  expect(stored).toEqual({ awarded: 0, repeated: 1 });
  expect(await pointsOf(table, 'jane@example.com')).toBe(39);
});

test('fails the whole batch when an award fails', async () => {
  const error = new Error('throttled');
  const table = { insert: async () => [{ ok: false as const, error }] };
  const { outcomes, failure } = await storeBatch([event('a', 1)], createLoyalty(table));
  expect(failure).toBe(error);
  expect(outcomes).toEqual([{ error }]);
});
