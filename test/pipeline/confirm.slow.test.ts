import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateOrders } from '../../lib/produce/generator.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  for (const queue of ['MailboxQueueUrl', 'OrderQueueDLQUrl']) await cloud.drainQueue(queue);
});

/** Returns an order without `order_id`, like those of the original sample data. */
const order = (customer_name: string, price: number, timestamp: number | string): string =>
  JSON.stringify({
    customer_name,
    email_id: `${customer_name.toLowerCase()}@example.com`,
    product_id: 'P-1001',
    product_name: 'Kettle',
    price,
    timestamp,
  });

describe('orders from a plain SQS client', () => {
  it('are confirmed once each with every valid form of price and timestamp', async () => {
    await cloud.send([
      order('Float', 39.9, 1795329424262),
      order('Seconds', 10, 1795329424),
      order('Fraction', 0.01, 1795329424.262),
      order('Iso', 1e3, '2026-11-27T08:00:00Z'),
      order('Date', 0, '2026-11-27'),
    ]);
    await cloud.until(
      () => cloud.depth('MailboxQueueUrl'),
      (count) => count >= 5,
    );
    await cloud.drained();

    const mails = await cloud.takeMails();
    expect(mails.map(({ email_id }) => email_id).sort()).toEqual([
      'date@example.com',
      'float@example.com',
      'fraction@example.com',
      'iso@example.com',
      'seconds@example.com',
    ]);
    expect(new Set(mails.map(({ order_id }) => order_id)).size).toBe(5);
    expect(mails.find(({ email_id }) => email_id === 'float@example.com')?.message).toContain('39.90');
  });

  it('are stored by shipping and sales with the same fields, order_id and confirmation time', async () => {
    const before = Date.now();
    await cloud.send([order('Machine', 5, '2026-11-27T08:00:00+01:00')]);
    await cloud.until(
      () =>
        cloud.query("SELECT 1 FROM sales JOIN shipments USING (order_id) WHERE customer_name = 'Machine'"),
      (rows) => rows.length === 1,
    );

    const UTC = (column: string) => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`;
    const columns = `order_id, email_id, product_id, ${UTC('ordered_at')}, ${UTC('confirmed_at')}`;
    const [shipment] = await cloud.query(
      `SELECT ${columns}, customer_name, status FROM shipments WHERE customer_name = 'Machine'`,
    );
    const [sale] = await cloud.query(
      `SELECT ${columns}, product_name, CAST(price AS text) AS price FROM sales WHERE email_id = 'machine@example.com'`,
    );
    const common = {
      order_id: expect.stringMatching(/^[0-9a-f]{64}$/),
      email_id: 'machine@example.com',
      product_id: 'P-1001',
      ordered_at: '2026-11-27T07:00:00.000Z',
      confirmed_at: expect.any(String),
    };
    expect(shipment).toEqual({ ...common, customer_name: 'Machine', status: 'backordered' });
    expect(sale).toEqual({ ...common, product_name: 'Kettle', price: '5.0000' });
    expect([sale?.order_id, sale?.confirmed_at]).toEqual([shipment?.order_id, shipment?.confirmed_at]);
    expect(Date.parse(sale?.confirmed_at ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(sale?.confirmed_at ?? '')).toBeLessThanOrEqual(Date.now());
  });
});

describe('invalid messages among valid orders', () => {
  it('move to the dead-letter queue after three receives, and no valid order does', async () => {
    const good = Array.from(generateOrders({ count: 93, seed: 93 }), (each) => JSON.stringify(each));
    const invalid = [
      'not JSON at all',
      JSON.stringify({ ...JSON.parse(order('Missing', 1, 1)), email_id: undefined }),
      order('Negative', -1, 1795329424262),
      JSON.stringify({ ...JSON.parse(order('Types', 1, 1)), price: '1', customer_name: 7 }),
      `{"junk":"${'x'.repeat(200_000)}"}`,
      JSON.stringify([[JSON.parse(order('Nested', 1, 1))]]),
      ' ',
    ];
    const rejectedBefore = cloud.log.sum('OrdersRejected');
    const bodies = [...good];
    for (const [index, body] of invalid.entries()) bodies.splice(index * 13, 0, body);
    await cloud.send(bodies);
    await cloud.until(
      () => cloud.depth('OrderQueueDLQUrl'),
      (count) => count >= 7,
    );
    await cloud.drained();

    const dead = await cloud.drainQueue('OrderQueueDLQUrl');
    expect(dead.map(({ Body }) => Body).sort()).toEqual([...invalid].sort());
    // Three receives by the consumer, and this one.
    const receives = dead.map(({ Attributes }) => Attributes?.ApproximateReceiveCount);
    expect(receives).toEqual(invalid.map(() => '4'));
    expect(cloud.log.sum('OrdersRejected') - rejectedBefore).toBe(3 * invalid.length);
    const confirmed = (await cloud.takeMails()).map(({ order_id }) => order_id);
    expect(confirmed.sort()).toEqual(good.map((body) => JSON.parse(body).order_id).sort());
  });
});

describe('orders that are sent three times', () => {
  it('are confirmed once and counted twice as duplicates', async () => {
    const duplicatesBefore = cloud.log.sum('OrdersDuplicate');
    const bodies = Array.from(generateOrders({ count: 1_000, seed: 3 }), (each) => JSON.stringify(each));
    for (let round = 0; round < 3; round++) await cloud.send(bodies);
    await cloud.drained();
    const duplicates = async () => cloud.log.sum('OrdersDuplicate') - duplicatesBefore;
    await cloud.until(duplicates, (count) => count >= 2_000);

    expect(await duplicates()).toBe(2_000);
    const mails = await cloud.takeMails();
    expect(mails.length).toBe(1_000);
    expect(new Set(mails.map(({ order_id }) => order_id)).size).toBe(1_000);
  });
});
