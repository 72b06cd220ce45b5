import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chunk } from '../../lib/batch/chunk.ts';
import type { Database } from '../../lib/database/database.ts';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { fulfillOrders } from '../../lib/shipping/fulfill-orders.ts';
import { restock } from '../../lib/shipping/restock.ts';
import { confirmedOrder } from './confirmed-order.ts';
import { ADAPTERS, type ShippingDatabase, startShippingDatabase } from './start-shipping-database.ts';

const NOW = new Date('2026-11-27T12:00:00Z');
/** Takes seconds, but minutes on a busy machine. */
const TIMEOUT = { timeout: 180_000 };

interface Line {
  order_id: string;
  product_id: string;
  status: string;
  ordered_at: Date;
}

describe.each(ADAPTERS)('over %s,', (adapter) => {
  let shipping: ShippingDatabase;

  beforeAll(async () => {
    shipping = await startShippingDatabase(adapter);
  });
  afterAll(() => shipping?.stop());
  beforeEach(() => shipping.empty());

  /** Processes a list with concurrent workers, each with its own connection. */
  async function processAll<Item, Result>(
    workers: number,
    items: readonly Item[],
    process: (database: Database, item: Item) => Promise<Result>,
  ): Promise<Result[]> {
    const queue = items.values();
    const results: Result[] = [];
    const worker = async (): Promise<void> => {
      const database = shipping.open();
      for (const item of queue) results.push(await process(database, item));
    };
    await Promise.all(Array.from({ length: workers }, worker));
    return results;
  }

  const fulfill = (database: Database, events: OrderConfirmed[]) => fulfillOrders(database, events, NOW);
  const stockUp = (database: Database, product_id: string, quantity: number, restock_id: string) =>
    restock(database, { restock_id, items: [{ product_id, quantity }] }, NOW);
  const shipments = () =>
    shipping.read<Line>('SELECT order_id, product_id, status, ordered_at FROM shipments');

  test(
    'four workers schedule exactly as many of 20,000 orders as there is stock, and a restock schedules the oldest backorders',
    TIMEOUT,
    async () => {
      const stock = [
        ['P-1', 5_000],
        ['P-2', 1_234],
        ['P-3', 0],
      ] as const;
      const admin = shipping.open();
      for (const [product_id, quantity] of stock) {
        if (quantity > 0) await stockUp(admin, product_id, quantity, 'opening');
      }
      const events = [...generateOrders({ count: 20_000, seed: 3 })].map((order, index) => {
        const product_id = `P-${1 + (index % 3)}`;
        // Ten orders share each timestamp. They arrive in the random order of their ids.
        return confirmedOrder(order.order_id, {
          product_id,
          timestamp: 1.7e12 + 1_000 * Math.floor(index / 10),
        });
      });
      events.sort((one, other) => (one.order.order_id < other.order.order_id ? -1 : 1));
      const batches = [...chunk(events, { maxEntries: 100 })];
      // Every fourth batch is delivered twice, to concurrent workers.
      const deliveries = batches.flatMap((batch, index) => (index % 4 === 0 ? [batch, batch] : [batch]));

      const counts = await processAll(4, deliveries, fulfill);
      const sum = (field: 'scheduled' | 'backordered' | 'repeated') =>
        counts.reduce((total, each) => total + each[field], 0);
      expect(deliveries).toHaveLength(250);
      expect([sum('scheduled'), sum('backordered'), sum('repeated')]).toEqual([6_234, 13_766, 5_000]);
      expect(await shipping.products()).toEqual([
        { product_id: 'P-1', stock: 0, scheduled: 5_000, backordered: 1_667 },
        { product_id: 'P-2', stock: 0, scheduled: 1_234, backordered: 5_433 },
        { product_id: 'P-3', stock: 0, scheduled: 0, backordered: 6_666 },
      ]);

      const backorders = (await shipments()).filter(({ status }) => status === 'backordered');
      const age = ({ ordered_at, order_id }: Line): string => `${ordered_at.toISOString()} ${order_id}`;
      backorders.sort((one, other) => (age(one) < age(other) ? -1 : 1));
      const oldest = (product_id: string, quantity: number): string[] =>
        backorders
          .filter((line) => line.product_id === product_id)
          .slice(0, quantity)
          .map(({ order_id }) => order_id);
      const expected = [...oldest('P-1', 1_667), ...oldest('P-2', 777), ...oldest('P-3', 1_001)];

      const items = [
        { product_id: 'P-3', quantity: 1_001 },
        { product_id: 'P-2', quantity: 777 },
        { product_id: 'P-1', quantity: 2_000 },
      ];
      expect(await restock(admin, { restock_id: 'more', items }, NOW)).toEqual([
        { product_id: 'P-1', added: 2_000, scheduled: 1_667, stock: 333 },
        { product_id: 'P-2', added: 777, scheduled: 777, stock: 0 },
        { product_id: 'P-3', added: 1_001, scheduled: 1_001, stock: 0 },
      ]);
      const waiting = new Set(backorders.map(({ order_id }) => order_id));
      const nowScheduled = (await shipments())
        .filter(({ order_id, status }) => status === 'scheduled' && waiting.has(order_id))
        .map(({ order_id }) => order_id);
      expect(nowScheduled.sort()).toEqual(expected.sort());
    },
  );

  test(
    'concurrent fulfillment and restocks of new products lose no unit and leave no stock unused while there are backorders',
    TIMEOUT,
    async () => {
      const random = (below: number): number => Math.floor(Math.random() * below);
      const product = (): string => `P-${random(40)}`;
      // Some order_ids repeat, often with another product, as a faulty client may send them.
      const batches = Array.from({ length: 200 }, () => {
        const ids = new Set(Array.from({ length: 20 }, () => `order-${random(3_000)}`));
        return [...ids].map((id) =>
          confirmedOrder(id, { product_id: product(), timestamp: 1.7e12 + random(500) }),
        );
      });
      const restocks = Array.from({ length: 200 }, (_, index) => {
        const ids = new Set(Array.from({ length: 3 }, product));
        const items = [...ids].map((product_id) => ({ product_id, quantity: 1 + random(12) }));
        return { restock_id: `restock-${index}`, items };
      });
      const [counts, restocked] = await Promise.all([
        processAll(3, batches, fulfill),
        processAll(2, [...restocks, ...restocks.slice(0, 20)], (database, input) =>
          restock(database, input, NOW),
        ),
      ]);

      const total = (numbers: number[]): number => numbers.reduce((sum, each) => sum + each, 0);
      const added = total(restocks.flatMap(({ items }) => items.map(({ quantity }) => quantity)));
      const products = await shipping.products();
      const lines = await shipments();
      expect(total(restocked.flat().map((each) => each.added))).toBe(added);
      expect(added - total(products.map(({ stock }) => stock))).toBe(
        total(products.map(({ scheduled }) => scheduled)),
      );
      expect(products.filter(({ stock, backordered }) => stock > 0 && backordered > 0)).toEqual([]);
      expect(total(counts.map((each) => each.scheduled + each.backordered))).toBe(lines.length);
      expect(
        total(counts.map((each) => each.scheduled)) + total(restocked.flat().map((each) => each.scheduled)),
      ).toBe(lines.filter(({ status }) => status === 'scheduled').length);
      expect(new Set(batches.flat().map(({ order }) => order.order_id)).size).toBe(lines.length);
    },
  );

  test(
    'concurrent batches do not deadlock on new products, or on orders that they have for different products',
    TIMEOUT,
    async () => {
      const rounds = Array.from({ length: 30 }, (_, index) => index);
      const workers = rounds.slice(0, 4).map(() => shipping.open());
      const shuffled = (prefix: string) =>
        Array.from({ length: 40 }, (_, index) => `${prefix}-${index}`).sort(() => Math.random() - 0.5);
      for (const round of rounds) {
        await Promise.all(
          workers.map((database, worker) =>
            worker < 2
              ? restock(
                  database,
                  {
                    restock_id: `${round}-${worker}`,
                    items: shuffled(`new-${round}`).map((product_id) => ({ product_id, quantity: 1 })),
                  },
                  NOW,
                )
              : fulfill(
                  database,
                  shuffled(`new-${round}`).map((product_id) =>
                    confirmedOrder(`${worker}-${product_id}`, { product_id }),
                  ),
                ),
          ),
        );
        await Promise.all(
          workers.map((database, worker) =>
            fulfill(
              database,
              shuffled(`order-${round}`).map((id) =>
                confirmedOrder(id, { product_id: `of-worker-${worker}` }),
              ),
            ),
          ),
        );
      }
      const products = await shipping.products();
      const isNew = ({ product_id }: { product_id: string }): boolean => product_id.startsWith('new-');
      expect(products.filter(isNew)).toHaveLength(30 * 40);
      expect(products.filter(isNew).filter(({ stock, scheduled }) => stock !== 0 || scheduled !== 2)).toEqual(
        [],
      );
      expect(await shipments()).toHaveLength(30 * (2 * 40 + 40));
    },
  );
});
