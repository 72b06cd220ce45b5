import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '../../lib/order/order.ts';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());
beforeEach(() => cloud.query('TRUNCATE shipments, sales, inventory, restocks'));

const QUEUES = ['ShippingQueueUrl', 'AnalyticsQueueUrl'];

const eventOf = (order: Order, confirmed_at = Date.now()): string =>
  JSON.stringify({ event: 'OrderConfirmed', order, confirmed_at } satisfies OrderConfirmed);

/** Every row of every table, with the transaction that wrote it. */
async function readTables() {
  const tables = ['shipments', 'sales', 'inventory', 'restocks'];
  const rows = await Promise.all(
    tables.map((table) =>
      cloud.query(`SELECT CAST(xmin AS text) AS written_by, * FROM ${table} ORDER BY 2, 3`),
    ),
  );
  return Object.fromEntries(tables.map((table, index) => [table, rows[index]]));
}

describe('messages of both queues that are delivered twice', () => {
  it('change no row the second time', async () => {
    const orders = Array.from(generateOrders({ count: 1_500, seed: 31 }));
    const items = [{ product_id: 'P-1001', quantity: 100 }];
    expect(await cloud.invoke('restock', items)).not.toHaveProperty('functionError');
    await cloud.send(orders.map((order) => JSON.stringify(order)));
    await cloud.until(
      () => cloud.query('SELECT 1 FROM sales'),
      (rows) => rows.length === 1_500,
    );
    await cloud.stored();
    const before = await readTables();
    expect(before.shipments).toHaveLength(1_500);
    expect(before.shipments?.filter(({ status }) => status === 'scheduled')).toHaveLength(100);
    expect(before.sales).toHaveLength(1_500);
    const repeats = () => ['Shipments', 'Sales'].map((what) => cloud.log.sum(`${what}Repeated`));
    const repeatedBefore = repeats();

    const again = orders.map((order) => eventOf(order));
    for (const queue of QUEUES) await cloud.send(again, queue);
    await cloud.until(
      async () => repeats().map((count, index) => count - (repeatedBefore[index] ?? 0)),
      ([shipments = 0, sales = 0]) => shipments >= 1_500 && sales >= 1_500,
    );
    await cloud.stored();
    expect(await readTables()).toEqual(before);
  });

  it('are stored once, whether both copies are in one batch or in two concurrent ones', async () => {
    const orders = Array.from(generateOrders({ count: 1_000, seed: 32 }));
    const events = orders.map((order) => eventOf(order));
    const twice = [
      ...events.slice(0, 500).flatMap((event) => [event, event]),
      ...events.slice(500),
      ...events.slice(500),
    ];
    await Promise.all(QUEUES.map((queue) => cloud.send(twice, queue)));
    await cloud.stored();

    const expected = orders.map(({ order_id }) => order_id).sort();
    for (const table of ['shipments', 'sales']) {
      const rows = await cloud.query(`SELECT order_id FROM ${table}`);
      expect(rows.map(({ order_id }) => order_id).sort()).toEqual(expected);
    }
  });
});

describe('an invalid message', () => {
  const [order] = generateOrders({ count: 1, seed: 33 }) as Iterable<Order>;
  const tooExpensive = eventOf({ ...(order as Order), order_id: 'too-expensive', price: 1e16 });
  const invalid = [
    'not JSON at all',
    '{"event":"OrderConfirmed","confirmed_at":0}',
    eventOf({ ...(order as Order), order_id: 'cheap', price: -1 }),
    JSON.stringify({ ...JSON.parse(eventOf(order as Order)), confirmed_at: 'today' }),
  ];

  it.for([
    ['ShippingQueue', 'shipments', invalid],
    ['AnalyticsQueue', 'sales', [...invalid, tooExpensive]],
  ] as const)(
    'of %s moves to its dead-letter queue, and no valid message does',
    async ([queue, table, bad]) => {
      const orders = Array.from(generateOrders({ count: 95, seed: 34 }));
      const messages = orders.map((each) => eventOf(each));
      for (const [index, body] of bad.entries()) messages.splice(index * 13, 0, body);
      await cloud.send(messages, `${queue}Url`);
      await cloud.until(
        () => cloud.depth(`${queue}DLQUrl`),
        (count) => count >= bad.length,
      );
      await cloud.stored();

      const dead = await cloud.drainQueue(`${queue}DLQUrl`);
      expect(dead.map(({ Body }) => Body).sort()).toEqual([...bad].sort());
      const rows = await cloud.query(`SELECT order_id FROM ${table}`);
      expect(rows.map(({ order_id }) => order_id).sort()).toEqual(
        orders.map(({ order_id }) => order_id).sort(),
      );
    },
  );

  it('whose price is too high for the warehouse is shipped nevertheless', async () => {
    await cloud.send([tooExpensive], 'ShippingQueueUrl');
    await cloud.until(
      () => cloud.query("SELECT status FROM shipments WHERE order_id = 'too-expensive'"),
      (rows) => rows.length === 1,
    );
    expect(await cloud.depth('ShippingQueueDLQUrl')).toBe(0);
  });
});
