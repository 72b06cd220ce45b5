import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../../lib/database/migrate.ts';
import { createPostgresDatabase, type PostgresDatabase } from '../../../lib/database/postgres-database.ts';
import { salesMigrations } from '../../../lib/sales/migrations.ts';
import { shippingMigrations } from '../../../lib/shipping/migrations.ts';
import { createStoredOrders } from '../../../operations/reconcile/stored-orders.ts';
import { startTestPostgres, type TestPostgres } from '../../database/start-test-postgres.ts';

const NOON = Date.UTC(2026, 10, 27, 12);
const COUNT = 5_001;

let postgres: TestPostgres;
let database: PostgresDatabase;
beforeAll(async () => {
  postgres = await startTestPostgres();
  database = createPostgresDatabase(postgres.url);
  await migrate(database, 'shipping', shippingMigrations);
  await migrate(database, 'sales', salesMigrations);
  await database.query("INSERT INTO inventory (product_id, product_name) VALUES ('P-1', 'Kettle')");
  // One shipment per second from noon (`s-00000`) on, inserted in reverse order.
  await database.query(`
    INSERT INTO shipments
      (order_id, product_id, customer_name, email_id, status, ordered_at, confirmed_at, created_at)
    SELECT 's-' || lpad(n::text, 5, '0'), 'P-1', 'Jane', 'jane@example.com', 'backordered', now(),
      timestamptz '2026-11-27T12:00Z' + n * interval '1 second', now()
    FROM generate_series(${COUNT - 1}, 0, -1) AS n`);
  await database.query(`
    INSERT INTO sales
    SELECT 'A-' || n, 'jane@example.com', 'P-1', 'Kettle', 1, now(), timestamptz '2026-11-27T12:00Z' + n * interval '1 hour'
    FROM generate_series(0, 2) AS n`);
}, 120_000);
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

const idOf = (n: number) => `s-${String(n).padStart(5, '0')}`;
async function pagesOf(table: 'shipments' | 'sales', from: number, to: number): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const page of createStoredOrders(database, table).list({ from, to })) pages.push(page);
  return pages;
}

describe('stored orders', () => {
  test('are listed in pages of five thousand, each order once', async () => {
    const pages = await pagesOf('shipments', NOON, NOON + COUNT * 1_000);
    expect(pages.map(({ length }) => length)).toEqual([5_000, 1]);
    expect(pages.flat()).toEqual(Array.from({ length: COUNT }, (_, n) => idOf(n)));
  });

  test('are listed completely if the last page is full', async () => {
    const pages = await pagesOf('shipments', NOON, NOON + 5_000_000);
    expect(pages.map(({ length }) => length)).toEqual([5_000, 0]);
  });

  test('are listed by confirmation time, including the beginning of the range and excluding its end', async () => {
    expect(await pagesOf('shipments', NOON + 1_000, NOON + 3_000)).toEqual([[idOf(1), idOf(2)]]);
    expect(await pagesOf('sales', NOON, NOON + 7_200_000)).toEqual([['A-0', 'A-1']]);
    expect(await pagesOf('sales', NOON + 1, NOON + 2)).toEqual([[]]);
  });

  test('are found by their ids, five hundred at a time', async () => {
    const asked: number[] = [];
    const counted = {
      ...database,
      query: (sql: string, parameters = {}) => {
        asked.push(Object.keys(parameters).length);
        return database.query(sql, parameters);
      },
    };
    const wanted = [...Array.from({ length: 600 }, (_, n) => idOf(n * 8)), 'nobody', 'A-1'];
    const found = await createStoredOrders(counted, 'shipments').have(wanted);
    expect([...found].sort()).toEqual(wanted.slice(0, 600));
    expect(asked).toEqual([500, 102]);
    expect(await createStoredOrders(database, 'sales').have(['A-1', idOf(0)])).toEqual(new Set(['A-1']));
    expect(await createStoredOrders(database, 'sales').have([])).toEqual(new Set());
  });
});
