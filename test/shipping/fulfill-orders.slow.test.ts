import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { type OrderConfirmed, parseOrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { findShipment } from '../../lib/shipping/find-shipment.ts';
import { deliveryDate, fulfillOrders } from '../../lib/shipping/fulfill-orders.ts';
import { restock } from '../../lib/shipping/restock.ts';
import { confirmedOrder } from './confirmed-order.ts';
import { ADAPTERS, type ShippingDatabase, startShippingDatabase } from './start-shipping-database.ts';

/** A Friday. */
const NOW = new Date('2026-11-27T12:00:00Z');
const LATER = new Date('2026-11-30T12:00:00Z');

describe.each(ADAPTERS)('over %s,', (adapter) => {
  let shipping: ShippingDatabase;
  let database: Database;

  beforeAll(async () => {
    shipping = await startShippingDatabase(adapter);
    database = shipping.open();
  });
  afterAll(() => shipping?.stop());
  beforeEach(() => shipping.empty());

  const fulfill = (...events: OrderConfirmed[]) => fulfillOrders(database, events, NOW);
  const stockUp = (product_id: string, quantity: number) =>
    restock(database, { restock_id: `stock-${product_id}`, items: [{ product_id, quantity }] }, NOW);
  const statuses = async (): Promise<Record<string, string>> => {
    const rows = await shipping.read<{ order_id: string; status: string }>('SELECT * FROM shipments');
    return Object.fromEntries(rows.map(({ order_id, status }) => [order_id, status]));
  };

  test('fulfillOrders schedules the oldest orders while there is stock, and backorders the others', async () => {
    await stockUp('P-1', 2);
    await stockUp('P-2', 5);
    const counts = await fulfill(
      confirmedOrder('young', { product_id: 'P-1', timestamp: 3_000_000_000_000 }),
      confirmedOrder('old', { product_id: 'P-1', timestamp: 1_000_000_000_000 }),
      confirmedOrder('other', { product_id: 'P-2' }),
      confirmedOrder('middle-b', { product_id: 'P-1', timestamp: 2_000_000_000_000 }),
      confirmedOrder('middle-a', { product_id: 'P-1', timestamp: 2_000_000_000_000 }),
    );
    expect(counts).toEqual({ scheduled: 3, backordered: 2, repeated: 0 });
    expect(await statuses()).toEqual({
      old: 'scheduled',
      'middle-a': 'scheduled',
      'middle-b': 'backordered',
      young: 'backordered',
      other: 'scheduled',
    });
    expect(await shipping.products()).toEqual([
      { product_id: 'P-1', stock: 0, scheduled: 2, backordered: 2 },
      { product_id: 'P-2', stock: 4, scheduled: 1, backordered: 0 },
    ]);
  });

  test('fulfillOrders stores the fields of a shipment, with a delivery date only if it is scheduled', async () => {
    await stockUp('P-1', 1);
    await fulfill(
      confirmedOrder('1', { product_id: 'P-1', timestamp: 1_795_329_424_262 }),
      confirmedOrder('2', { product_id: 'P-2' }),
    );
    const [first, second] = await shipping.read(
      `SELECT *, delivery_date::text FROM shipments ORDER BY order_id`,
    );
    expect(first).toEqual({
      order_id: '1',
      product_id: 'P-1',
      customer_name: 'Jane Doe',
      email_id: 'jane@example.com',
      status: 'scheduled',
      ordered_at: new Date(1_795_329_424_262),
      confirmed_at: new Date(1_795_329_425_262),
      delivery_date: '2026-12-02',
      created_at: expect.any(Date),
    });
    expect(second).toMatchObject({ status: 'backordered', delivery_date: null });
  });

  test('fulfillOrders adds an unknown product without stock, and backorders its orders', async () => {
    const fields = { product_id: 'P-new', product_name: 'Samovar' };
    expect(await fulfill(confirmedOrder('1', fields), confirmedOrder('2', fields))).toEqual({
      scheduled: 0,
      backordered: 2,
      repeated: 0,
    });
    expect(await shipping.read('SELECT product_id, product_name, stock FROM inventory')).toEqual([
      { product_id: 'P-new', product_name: 'Samovar', stock: '0' },
    ]);
  });

  test('fulfillOrders keeps the first name of a product', async () => {
    await fulfill(confirmedOrder('1', { product_id: 'P-1', product_name: 'Kettle' }));
    await fulfill(
      confirmedOrder('2', { product_id: 'P-1', product_name: 'Teapot' }),
      confirmedOrder('3', { product_id: 'P-1', product_name: 'Pot' }),
    );
    expect(await shipping.read('SELECT product_name FROM inventory')).toEqual([{ product_name: 'Kettle' }]);
  });

  test('fulfillOrders changes nothing for repeated orders, even with another product', async () => {
    await stockUp('P-1', 3);
    const events = ['1', '2', '3', '4'].map((id) => confirmedOrder(id, { product_id: 'P-1' }));
    await fulfill(...events);
    await stockUp('P-2', 1);
    await fulfill(confirmedOrder('5', { product_id: 'P-3' }));
    const before = await shipping.snapshot();

    expect(await fulfillOrders(database, events, LATER)).toEqual({
      scheduled: 0,
      backordered: 0,
      repeated: 4,
    });
    const elsewhere = events.map(({ order }) => confirmedOrder(order.order_id, { product_id: 'P-2' }));
    expect(await fulfill(...elsewhere)).toMatchObject({ repeated: 4 });
    expect(await shipping.snapshot()).toEqual(before);

    // A repeated order takes no stock from the others in its batch.
    expect(await fulfill(...elsewhere, confirmedOrder('6', { product_id: 'P-2' }))).toEqual({
      scheduled: 1,
      backordered: 0,
      repeated: 4,
    });
  });

  test('fulfillOrders does not count older backorders that it schedules from stock raised by hand', async () => {
    const fields = { product_id: 'P-1', timestamp: 1_000_000_000_000 };
    const old = ['1', '2', '3'].map((id) => confirmedOrder(id, fields));
    await fulfill(...old);
    await shipping.read('UPDATE inventory SET stock = 3');
    expect(await fulfill(...old, confirmedOrder('4', { product_id: 'P-1' }))).toEqual({
      scheduled: 0,
      backordered: 1,
      repeated: 3,
    });
    expect(await statuses()).toEqual({ 1: 'scheduled', 2: 'scheduled', 3: 'scheduled', 4: 'backordered' });
  });

  test('fulfillOrders stores every valid value of an order', async () => {
    const texts = [
      'x'.repeat(256),
      '🐉'.repeat(128),
      `Robert'); DROP TABLE shipments; --`,
      '"\\u0000" \\ {} $1 :orders ::text %s',
      'שלום \u202e مرحبا',
      '￼\u{1fffe}é',
    ];
    const events = texts.map((text, index) => {
      const order = {
        customer_name: text,
        email_id: `o'neil+${index}@example.com`,
        product_id: text,
        product_name: text,
        price: 1e300,
        timestamp: index % 2 ? 253_402_300_799_999 : 0,
      };
      const body = JSON.stringify({ event: 'OrderConfirmed', order, confirmed_at: 253_402_300_799_999 });
      const parsed = parseOrderConfirmed(body);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
      return parsed.event;
    });
    await stockUp(texts[0] as string, 1);
    expect(await fulfill(...events)).toEqual({ scheduled: 1, backordered: 5, repeated: 0 });
    const shipments = await shipping.read('SELECT * FROM shipments');
    const kept = events.map(({ order, confirmed_at }) => ({
      order_id: order.order_id,
      product_id: order.product_id,
      customer_name: order.customer_name,
      email_id: order.email_id,
      ordered_at: new Date(order.timestamp),
      confirmed_at: new Date(confirmed_at),
    }));
    expect(shipments).toHaveLength(kept.length);
    expect(shipments).toEqual(expect.arrayContaining(kept.map((each) => expect.objectContaining(each))));
  });

  test('fulfillOrders stores the whole batch or nothing', async () => {
    await stockUp('P-1', 5);
    const before = await shipping.snapshot();
    const broken = confirmedOrder('2', { product_id: 'P-1', customer_name: null as unknown as string });
    const fields = { product_id: 'P-1' };
    const batch = fulfill(confirmedOrder('1', fields), broken, confirmedOrder('3', { product_id: 'P-2' }));
    await expect(batch).rejects.toMatchObject({ name: 'DatabaseError', code: '23502' });
    expect(await shipping.snapshot()).toEqual(before);
  });

  describe('an order that a concurrent batch stores with another product', () => {
    async function fulfillConcurrently(end: 'COMMIT' | 'ROLLBACK') {
      await stockUp('P-1', 1);
      await stockUp('P-2', 1);
      const other = await shipping.connect();
      await other.query('BEGIN');
      await other.query(`INSERT INTO shipments
        VALUES ('shared', 'P-1', 'Jane', 'jane@example.com', 'scheduled', now(), now(), '2026-12-01')`);
      const counts = fulfill(
        confirmedOrder('shared', { product_id: 'P-2', timestamp: 1 }),
        confirmedOrder('next', { product_id: 'P-2', timestamp: 2 }),
      );
      const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
      await expect.poll(() => shipping.read(waiting)).toHaveLength(1);
      await other.query(end);
      return counts;
    }

    test('takes no stock if that batch commits, so the next order gets it', async () => {
      expect(await fulfillConcurrently('COMMIT')).toEqual({ scheduled: 1, backordered: 0, repeated: 1 });
      expect(await statuses()).toEqual({ shared: 'scheduled', next: 'scheduled' });
      expect(await shipping.products()).toMatchObject([
        { product_id: 'P-1', stock: 1 },
        { product_id: 'P-2', stock: 0 },
      ]);
    });

    test('gets a shipment of its own product if that batch rolls back', async () => {
      expect(await fulfillConcurrently('ROLLBACK')).toEqual({ scheduled: 1, backordered: 1, repeated: 0 });
      expect(await statuses()).toEqual({ shared: 'scheduled', next: 'backordered' });
    });
  });

  test('findShipment finds a shipment by its order_id', async () => {
    await stockUp('P-1', 1);
    const before = Date.now();
    await fulfill(confirmedOrder('1', { product_id: 'P-1' }), confirmedOrder('2', { product_id: 'P-2' }));
    const first = await findShipment(database, '1');
    expect(first).toEqual({
      status: 'scheduled',
      product_id: 'P-1',
      delivery_date: '2026-12-02',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(Math.abs(Date.parse(first?.created_at ?? '') - before)).toBeLessThan(10_000);
    expect(await findShipment(database, '2')).toMatchObject({ status: 'backordered', delivery_date: null });
    expect(await findShipment(database, '3')).toBeUndefined();
  });
});

test.each([
  ['Monday', '2026-11-23T00:00:00Z', 'Thursday', '2026-11-26'],
  ['Tuesday', '2026-11-24T12:00:00Z', 'Friday', '2026-11-27'],
  ['Wednesday', '2026-11-25T12:00:00Z', 'Monday', '2026-11-30'],
  ['Thursday', '2026-11-26T12:00:00Z', 'Tuesday', '2026-12-01'],
  ['Friday', '2026-11-27T23:59:59Z', 'Wednesday', '2026-12-02'],
  ['Saturday', '2026-11-28T12:00:00Z', 'Wednesday', '2026-12-02'],
  ['Sunday', '2026-11-29T12:00:00Z', 'Wednesday', '2026-12-02'],
  ['Thursday at the end of a year', '2026-12-31T12:00:00Z', 'Tuesday', '2027-01-05'],
  ['Monday before a leap day', '2028-02-28T12:00:00Z', 'Thursday', '2028-03-02'],
])('stock that is reserved on a %s is delivered three working days later', (_from, now, _to, date) => {
  expect(deliveryDate(new Date(now))).toBe(date);
});

test('deliveryDate uses UTC days, regardless of the time zone', () => {
  const lateOnFriday = new Date('2026-11-27T23:30:00-05:00');
  expect(lateOnFriday.toISOString()).toContain('2026-11-28');
  expect(deliveryDate(lateOnFriday)).toBe('2026-12-02');
});

test('deliveryDate does not change its argument', () => {
  const now = new Date('2026-11-23T10:00:00Z');
  deliveryDate(now);
  expect(now.toISOString()).toBe('2026-11-23T10:00:00.000Z');
});
