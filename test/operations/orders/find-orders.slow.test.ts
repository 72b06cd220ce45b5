import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LedgerRecord } from '../../../lib/aws/ledger-record.ts';
import { migrate } from '../../../lib/database/migrate.ts';
import { createPostgresDatabase, type PostgresDatabase } from '../../../lib/database/postgres-database.ts';
import { DatabaseError } from '../../../lib/errors.ts';
import { salesMigrations } from '../../../lib/sales/migrations.ts';
import { shippingMigrations } from '../../../lib/shipping/migrations.ts';
import { findOrders } from '../../../operations/orders/find-orders.ts';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { startTestPostgres, type TestPostgres } from '../../database/start-test-postgres.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

let postgres: TestPostgres;
let database: PostgresDatabase;
beforeAll(async () => {
  postgres = await startTestPostgres();
  database = createPostgresDatabase(postgres.url);
  await migrate(database, 'shipping', shippingMigrations);
  await migrate(database, 'sales', salesMigrations);
  await database.query("INSERT INTO inventory (product_id, product_name) VALUES ('P-1', 'Kettle')");
  // 51 orders of Jane, a minute apart, with her address in two spellings, and one order of Joe.
  await database.query(`
    INSERT INTO shipments
      (order_id, product_id, customer_name, email_id, status, ordered_at, confirmed_at)
    SELECT 'o-' || n, 'P-1', 'Jane Doe', CASE WHEN n % 2 = 0 THEN 'Jane@Example.com' ELSE 'jane@example.com' END,
      'backordered', now(), timestamptz '2026-11-27T12:00Z' + n * interval '1 minute'
    FROM generate_series(1, 51) AS n
    UNION ALL SELECT 'other', 'P-1', 'Joe', 'joe@example.com', 'backordered', now(), now()`);
  await database.query(`
    INSERT INTO sales VALUES
      ('o-1', 'jane@example.com', 'P-1', 'Kettle', 1, now(), '2026-11-27T12:01Z'),
      ('sold-b', 'jane@example.com', 'P-2', 'Kettle', 1, now(), '2026-11-27T12:02Z'),
      ('sold-a', 'jane@example.com', 'P-2', 'Kettle', 1, now(), '2026-11-27T12:02Z')`);
}, 120_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

/** Opens a pipeline with the databases and with these records in the ledger. */
function open(...records: LedgerRecord[]): Pipeline {
  const { pipeline } = openScriptedPipeline({ records });
  return { ...pipeline, shippingDatabase: database, salesDatabase: database };
}
let pipeline: Pipeline;
beforeEach(() => {
  pipeline = open();
});

const shipped = {
  order_id: 'o-1',
  customer_name: 'Jane Doe',
  email_id: 'jane@example.com',
  product_id: 'P-1',
  confirmed_at: '2026-11-27T12:01:00.000Z',
};

describe('findOrders with an order id', () => {
  test('finds the shipment, which has most fields of the order', async () => {
    expect(await findOrders(pipeline, 'o-1')).toEqual([shipped]);
  });

  test('finds the sale if the order has no shipment or shipping is disabled', async () => {
    const sold = {
      ...shipped,
      order_id: 'sold-a',
      customer_name: null,
      product_id: 'P-2',
      confirmed_at: '2026-11-27T12:02:00.000Z',
    };
    expect(await findOrders(pipeline, 'sold-a')).toEqual([sold]);
    const off = { ...pipeline, shippingDatabase: undefined };
    expect(await findOrders(off, 'o-1')).toEqual([{ ...shipped, customer_name: null }]);
  });

  test('finds the ledger record if the order is not stored yet, and reads its fields from there', async () => {
    const order = { ...seedOrder, order_id: 'new' };
    const record = { orderId: 'new', owner: 'm', order: JSON.stringify(order) };
    const hit = {
      order_id: 'new',
      customer_name: seedOrder.customer_name,
      email_id: seedOrder.email_id,
      product_id: seedOrder.product_id,
    };
    const sentAt = Date.UTC(2026, 10, 27, 12);
    const sent = open({ ...record, status: 'SENT', snsMessageId: 's', sentAt });
    expect(await findOrders(sent, 'new')).toEqual([{ ...hit, confirmed_at: '2026-11-27T12:00:00.000Z' }]);
    const claimed = open({ ...record, status: 'CLAIMED', claimedAt: sentAt, leaseUntil: sentAt });
    expect(await findOrders(claimed, 'new')).toEqual([{ ...hit, confirmed_at: null }]);
    const nothing = {
      order_id: 'new',
      customer_name: null,
      email_id: null,
      product_id: null,
      confirmed_at: null,
    };
    for (const text of [undefined, 'torn']) {
      const bare = open({ ...record, order: text, status: 'CLAIMED', claimedAt: sentAt, leaseUntil: sentAt });
      expect(await findOrders(bare, 'new')).toEqual([nothing]);
    }
  });

  test('finds nothing if the order is unknown', async () => {
    expect(await findOrders(pipeline, 'nobody')).toEqual([]);
    const off = { ...pipeline, shippingDatabase: undefined, salesDatabase: undefined };
    expect(await findOrders(off, 'o-1')).toEqual([]);
  });
});

describe('findOrders with an e-mail address', () => {
  test('finds at most fifty orders, newest first, and ignores case', async () => {
    const found = await findOrders(pipeline, ' JANE@example.com ');
    expect(found.map(({ order_id }) => order_id)).toEqual(
      Array.from({ length: 50 }, (_, n) => `o-${51 - n}`),
    );
    expect(found[1]).toMatchObject({ customer_name: 'Jane Doe', email_id: 'Jane@Example.com' });
    expect(await findOrders(pipeline, 'nobody@example.com')).toEqual([]);
  });

  test('finds sales if shipping is disabled, and sorts those of the same time by order id', async () => {
    const found = await findOrders({ ...pipeline, shippingDatabase: undefined }, 'jane@example.com');
    expect(found.map(({ order_id }) => order_id)).toEqual(['sold-a', 'sold-b', 'o-1']);
    expect(found[0]?.customer_name).toBeNull();
  });

  test('finds nothing if shipping and sales are disabled', async () => {
    const off = { ...pipeline, shippingDatabase: undefined, salesDatabase: undefined };
    expect(await findOrders(off, 'jane@example.com')).toEqual([]);
  });
});

test('findOrders rejects a query that is neither an order id nor an e-mail address', async () => {
  await expect(findOrders(pipeline, 'Jane Doe')).rejects.toMatchObject({
    name: 'InvalidInputError',
    message:
      'query: must be an order id (1 to 64 of the characters A-Z a-z 0-9 . _ : -) or an e-mail address, received "Jane Doe"',
  });
});

test('findOrders names unreachable sources in its error', async () => {
  const query = async () => {
    throw new DatabaseError('ECONNREFUSED', 'down', true);
  };
  const down = { ...database, query };
  const dead = { ...pipeline, shippingDatabase: down, salesDatabase: down };
  await expect(findOrders(dead, 'o-1')).rejects.toThrow(
    'search for o-1: unavailable: the shipping database and the sales database; try again in a minute',
  );
  await expect(findOrders(dead, 'jane@example.com')).rejects.toThrow(
    'search by e-mail address: unavailable: the database; try again in a minute',
  );
});
