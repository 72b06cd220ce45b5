import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import sampleInvalid from '../../events/fulfillment-one-invalid.json' with { type: 'json' };
import sampleOrders from '../../events/fulfillment-orders.json' with { type: 'json' };
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { restock } from '../../lib/shipping/restock.ts';
import { confirmedOrder } from '../shipping/confirmed-order.ts';
import { type ShippingDatabase, startShippingDatabase } from '../shipping/start-shipping-database.ts';
import { captureLog } from './capture-log.ts';
import { expectOneLine } from './expect-one-line.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

// The logger is created on import.
vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG'));

let pipeline: Pipeline;
let shipping: ShippingDatabase;
let handler: typeof import('../../handlers/fulfillment.ts')['handler'];
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  pipeline = await startPipeline('fulfillment');
  shipping = await startShippingDatabase('a connection');
  vi.stubEnv('SHIPPING_DATABASE_URL', shipping.url);
  ({ handler } = await import('../../handlers/fulfillment.ts'));
});
afterAll(async () => {
  await shipping?.stop();
  await pipeline?.stop();
});
beforeEach(async () => {
  await pipeline.purge();
  await shipping.empty();
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const send = (...bodies: (OrderConfirmed | string)[]) =>
  pipeline.send(
    'ShippingQueueUrl',
    bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body))),
  );
const deliver = (waitSeconds = 0) => pipeline.deliver('ShippingQueueUrl', handler, waitSeconds);
const stockUp = (product_id: string, quantity: number) =>
  restock(shipping.open(), { restock_id: 'stock', items: [{ product_id, quantity }] }, new Date());
const orders = (count: number, product_id = 'P-1') =>
  Array.from({ length: count }, (_, index) => confirmedOrder(`${product_id}:${index}`, { product_id }));
const counts = () => log.lines('orders fulfilled').at(-1);

describe('the fulfillment function', () => {
  test('creates shipments, and schedules as many as there is stock', async () => {
    await stockUp('P-1', 20);
    await send(...orders(30));
    const { received, failed } = await deliver();
    expect(received).toHaveLength(30);
    expect(failed).toEqual([]);
    expect(await shipping.products()).toEqual([
      { product_id: 'P-1', stock: 0, scheduled: 20, backordered: 10 },
    ]);
    expect(counts()).toMatchObject({
      ShipmentsScheduled: 20,
      ShipmentsBackordered: 10,
      ShipmentsRepeated: 0,
      ShipmentsRejected: 0,
      ShipmentsFailed: 0,
    });
  });

  test('changes nothing when an order is delivered twice, in one batch or in two', async () => {
    await stockUp('P-1', 2);
    await send(...orders(3), ...orders(3));
    expect((await deliver()).failed).toEqual([]);
    expect(counts()).toMatchObject({ ShipmentsScheduled: 2, ShipmentsBackordered: 1, ShipmentsRepeated: 3 });
    const before = await shipping.snapshot();
    await send(...orders(3));
    expect((await deliver()).failed).toEqual([]);
    expect(counts()).toMatchObject({ ShipmentsScheduled: 0, ShipmentsBackordered: 0, ShipmentsRepeated: 3 });
    expect(await shipping.snapshot()).toEqual(before);
  });

  test('logs no personal data of valid or invalid orders, at any level', async () => {
    const [order] = orders(1) as [OrderConfirmed];
    await send(order, { ...order, order: { ...order.order, email_id: 'jane@example.com,' } });
    expect((await deliver()).failed).toHaveLength(1);
    expect(counts()).toMatchObject({
      ShipmentsBackordered: 1,
      ShipmentsRejected: 1,
      reasons: { 'order.email_id: invalid_format': 1 },
    });
    expect(log.text()).not.toMatch(/jane|doe|example\.com|kettle/i);
  });

  test('writes one log line at info level for a batch of any size', async () => {
    const sent = [...generateOrders({ count: 100, seed: 1 })];
    await send(
      ...sent.map((order) => ({ event: 'OrderConfirmed' as const, order, confirmed_at: Date.now() })),
    );
    expect((await deliver()).received).toHaveLength(100);
    expectOneLine(log, 'orders fulfilled', sent);
  });

  test('counts each record once in the metrics', async () => {
    await send(...orders(2), 'invalid', ...orders(1));
    await deliver();
    expect(log.metrics()).toMatchObject([
      {
        ShipmentsScheduled: 0,
        ShipmentsBackordered: 2,
        ShipmentsRepeated: 1,
        ShipmentsRejected: 1,
        ShipmentsFailed: 0,
      },
    ]);
  });
});

test('the fulfillment function dead-letters an invalid message after three receives, 1 s apart, and fulfills the rest of its batch', async () => {
  const invalid = [
    'not an event',
    JSON.stringify({ event: 'OrderShipped' }),
    JSON.stringify({ ...orders(1)[0], order: {} }),
  ];
  await send(...orders(3), ...invalid, ...orders(3, 'P-2'));
  const before = Date.now();
  let { length: failures } = (await deliver()).failed;
  expect(failures).toBe(3);
  expect(await shipping.products()).toMatchObject([{ backordered: 3 }, { backordered: 3 }]);

  // This is much sooner than the queue's visibility timeout of minutes.
  const deadline = before + 20_000;
  const dead = () => pipeline.countVisible(pipeline.output('ShippingQueueDLQUrl'));
  while ((await dead()) < 3 && Date.now() < deadline) failures += (await deliver(1)).failed.length;
  expect(await dead()).toBe(3);
  expect(failures).toBe(9);
});

test('the fulfillment function retries all orders after the visibility timeout if the database fails', async () => {
  await send(...orders(5), 'invalid');
  await shipping.read('ALTER TABLE shipments RENAME TO elsewhere');
  const { failed } = await deliver();
  await shipping.read('ALTER TABLE elsewhere RENAME TO shipments');
  expect(failed).toHaveLength(6);
  expect(counts()).toMatchObject({
    ShipmentsScheduled: 0,
    ShipmentsBackordered: 0,
    ShipmentsRepeated: 0,
    ShipmentsRejected: 1,
    ShipmentsFailed: 5,
    reasons: { '42P01': 1, ': not_json': 1 },
  });
  expect(log.lines('orders not fulfilled')).toMatchObject([
    { error: { name: 'DatabaseError', code: '42P01' } },
  ]);
  // Only the invalid message is redelivered soon.
  expect((await deliver(3)).received).toMatchObject([{ Body: 'invalid' }]);

  const good = failed.filter(({ Body }) => Body !== 'invalid');
  await pipeline.endVisibilityTimeout('ShippingQueueUrl', good);
  expect((await deliver()).failed.filter(({ Body }) => Body !== 'invalid')).toEqual([]);
  expect(await shipping.products()).toMatchObject([{ backordered: 5 }]);
});

test('the fulfillment function processes the sample events as their names say', async () => {
  expect(await handler(sampleOrders, lambdaContext())).toEqual({ batchItemFailures: [] });
  expect(await shipping.read('SELECT order_id FROM shipments')).toHaveLength(2);
  const { Records } = sampleInvalid;
  expect(await handler(sampleInvalid, lambdaContext())).toEqual({
    batchItemFailures: [{ itemIdentifier: Records[1]?.messageId }],
  });
  expect(counts()).toMatchObject({ ShipmentsBackordered: 1, ShipmentsRepeated: 1, ShipmentsRejected: 1 });
});
