import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { findShipment } from '../../../lib/shipping/find-shipment.ts';
import { listInventory } from '../../../operations/shipping/list-inventory.ts';
import { listShipments } from '../../../operations/shipping/list-shipments.ts';
import { type ShippingDatabase, startShippingDatabase } from '../../shipping/start-shipping-database.ts';

let shipping: ShippingDatabase;
let database: Database;
beforeAll(async () => {
  shipping = await startShippingDatabase('a connection');
  database = shipping.open();
  await shipping.read(`INSERT INTO inventory VALUES
    ('P-2', 'Toaster', 0, '2026-11-27T13:00+01:00'), ('P-1', 'Kettle', 5, '2026-11-27T12:00:00.5Z')`);
  await shipping.read(`INSERT INTO shipments
    SELECT 's-' || n, CASE WHEN n = 3 THEN 'P-2' ELSE 'P-1' END, 'Jane ' || n, 'jane@example.com',
      CASE WHEN n < 3 THEN 'scheduled' ELSE 'backordered' END, now(), now(),
      CASE WHEN n < 3 THEN date '2026-12-02' END, timestamptz '2026-11-27T12:00Z' + (n / 2) * interval '1 minute'
    FROM generate_series(0, 101) AS n`);
}, 60_000);
afterAll(() => shipping.stop());

const shipmentOf = (n: number) => ({
  order_id: `s-${n}`,
  product_id: 'P-1',
  customer_name: `Jane ${n}`,
  status: 'backordered',
  delivery_date: null,
  created_at: new Date(Date.UTC(2026, 10, 27, 12, Math.floor(n / 2))).toISOString(),
});

describe('shipments', () => {
  test('are listed newest first, then by id, up to a hundred', async () => {
    const listed = await listShipments(database);
    expect(listed).toHaveLength(100);
    expect(listed.slice(0, 4)).toEqual([100, 101, 98, 99].map(shipmentOf));
  });

  test('are filtered by status and product, and limited', async () => {
    const idsOf = async (choice: Parameters<typeof listShipments>[1]) =>
      (await listShipments(database, choice)).map(({ order_id }) => order_id);
    expect(await idsOf({ limit: 2 })).toEqual(['s-100', 's-101']);
    expect(await idsOf({ status: 'scheduled' })).toEqual(['s-2', 's-0', 's-1']);
    expect(await idsOf({ productId: 'P-2' })).toEqual(['s-3']);
    expect(await idsOf({ productId: 'P-2', status: 'scheduled' })).toEqual([]);
    expect(await idsOf({ productId: 'P-1', status: 'scheduled', limit: 1 })).toEqual(['s-2']);
    expect(await listShipments(database, { status: 'scheduled', limit: 1 })).toEqual([
      { ...shipmentOf(2), status: 'scheduled', delivery_date: '2026-12-02' },
    ]);
  });

  test('are found by their order', async () => {
    expect(await findShipment(database, 's-1')).toEqual({
      status: 'scheduled',
      product_id: 'P-1',
      delivery_date: '2026-12-02',
      created_at: '2026-11-27T12:00:00.000Z',
    });
    expect(await findShipment(database, 's-3')).toMatchObject({ status: 'backordered', delivery_date: null });
    expect(await findShipment(database, 's-999')).toBeUndefined();
  });
});

test('lists the inventory by product with the numbers of shipments, including products without any', async () => {
  await shipping.read(`INSERT INTO inventory VALUES ('P-3', 'Mixer', 9007199254740991, '2026-11-27T12:00Z')`);
  expect(await listInventory(database)).toEqual([
    {
      product_id: 'P-1',
      product_name: 'Kettle',
      stock: 5,
      scheduled: 3,
      backordered: 98,
      updated_at: '2026-11-27T12:00:00.500Z',
    },
    {
      product_id: 'P-2',
      product_name: 'Toaster',
      stock: 0,
      scheduled: 0,
      backordered: 1,
      updated_at: '2026-11-27T12:00:00.000Z',
    },
    {
      product_id: 'P-3',
      product_name: 'Mixer',
      stock: Number.MAX_SAFE_INTEGER,
      scheduled: 0,
      backordered: 0,
      updated_at: '2026-11-27T12:00:00.000Z',
    },
  ]);
});
