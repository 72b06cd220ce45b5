import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import sample from '../../events/restock-invoke.json' with { type: 'json' };
import badQuantity from '../../events/restock-invoke-bad-quantity.json' with { type: 'json' };
import { deliveryDate, fulfillOrders } from '../../lib/shipping/fulfill-orders.ts';
import { confirmedOrder } from '../shipping/confirmed-order.ts';
import { type ShippingDatabase, startShippingDatabase } from '../shipping/start-shipping-database.ts';
import { captureLog } from './capture-log.ts';
import { lambdaContext } from './start-pipeline.ts';

let shipping: ShippingDatabase;
let handler: typeof import('../../handlers/restock.ts')['handler'];
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  shipping = await startShippingDatabase('a connection');
  vi.stubEnv('SHIPPING_DATABASE_URL', shipping.url);
  ({ handler } = await import('../../handlers/restock.ts'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await shipping?.stop();
});
beforeEach(async () => {
  await shipping.empty();
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const invoke = (event: unknown, awsRequestId: string = randomUUID()) =>
  handler(event, { ...lambdaContext(), awsRequestId });
const backorder = (product_id: string, ...ids: string[]) => {
  const events = ids.map((id) => confirmedOrder(id, { product_id }));
  return fulfillOrders(shipping.open(), events, new Date());
};

describe('the restock function', () => {
  test('adds stock, schedules the oldest backorders and returns a report', async () => {
    await backorder('P-1', '1', '2', '3');
    const items = [
      { product_id: 'P-1', quantity: 2 },
      { product_id: 'P-2', quantity: 7, product_name: 'Kettle' },
    ];
    expect(await invoke({ items, restock_id: 'delivery-1' })).toEqual({
      restock_id: 'delivery-1',
      products: [
        { product_id: 'P-1', added: 2, scheduled: 2, stock: 0 },
        { product_id: 'P-2', added: 7, scheduled: 0, stock: 7 },
      ],
    });
    const scheduled = `SELECT order_id, delivery_date::text AS date FROM shipments WHERE status = 'scheduled' ORDER BY 1`;
    const date = deliveryDate(new Date());
    expect(await shipping.read(scheduled)).toEqual([
      { order_id: '1', date },
      { order_id: '2', date },
    ]);
    expect(log.lines('products restocked')).toMatchObject([
      { restock_id: 'delivery-1', products: 2, StockAdded: 9, BackordersScheduled: 2 },
    ]);
    expect(log.text()).toContain('CloudWatchMetrics');
  });

  test('uses the request id, which Lambda repeats on retries, if there is no restock_id', async () => {
    const item = { product_id: 'P-1', quantity: 2 };
    const first = await invoke(item, 'request-a');
    expect(first).toMatchObject({ restock_id: 'request-a', products: [{ added: 2, stock: 2 }] });
    expect(await invoke(item, 'request-a')).toMatchObject({ products: [{ added: 0, stock: 2 }] });
    expect(await invoke([item], 'request-b')).toMatchObject({ products: [{ added: 2, stock: 4 }] });
  });

  test('changes nothing for an invalid input, and throws an error with its rule', async () => {
    const before = await shipping.snapshot();
    await expect(invoke(badQuantity)).rejects.toThrow(
      'quantity: must be a whole number from 1 to 1,000,000,000, received -5',
    );
    await expect(invoke(null)).rejects.toMatchObject({ name: 'InvalidInputError', code: 'invalid_input' });
    expect(await shipping.snapshot()).toEqual(before);
    expect(log.lines('restock failed')).toHaveLength(2);
  });

  test('accepts the sample event', async () => {
    expect(await invoke(sample)).toMatchObject({
      products: sample.items.map(({ quantity }) => ({ added: quantity })),
    });
  });
});
