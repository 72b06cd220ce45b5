import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPostgresDatabase, type PostgresDatabase } from '../../lib/database/postgres-database.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { shippingMigrations } from '../../lib/shipping/migrations.ts';
import { startRdsDataStandIn } from '../aws/rds-data-stand-in.ts';
import { startTestPostgres, type TestPostgres } from '../database/start-test-postgres.ts';
import { captureLog } from './capture-log.ts';
import { lambdaContext } from './start-pipeline.ts';

let postgres: TestPostgres;
let database: PostgresDatabase;
let log: ReturnType<typeof captureLog>;

beforeEach(async () => {
  postgres = await startTestPostgres();
  database = createPostgresDatabase(postgres.url);
  log = captureLog();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await database.close();
  await postgres.stop();
});

/** Starts the function with these variables and invokes it with the sample event. */
async function invoke(variables: Record<string, string>): Promise<unknown> {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.resetModules();
  const { handler } = await import('../../handlers/migrate.ts');
  return handler(JSON.parse(await readFile('events/migrate-invoke.json', 'utf8')), lambdaContext());
}

/** Variables for one Postgres as both databases. */
const both = () => ({ SHIPPING_DATABASE_URL: postgres.url, SALES_DATABASE_URL: postgres.url });
const EMPTY = {
  SHIPPING_DATABASE_URL: '',
  SALES_DATABASE_URL: '',
  SHIPPING_DATABASE_ARN: '',
  SALES_WAREHOUSE_ARN: '',
};
const tables = async () => {
  const rows = await database.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
  );
  return rows.map(({ tablename }) => tablename);
};

const toShipping = (from = 0) => ({ part: 'shipping', from, to: shippingMigrations.length });
const toSales = (from = 0) => ({ part: 'sales', from, to: salesMigrations.length });

test('the migrate function applies both schemas to a shared Postgres once', async () => {
  expect(await invoke(both())).toEqual({ applied: [toShipping(), toSales()] });
  expect(log.lines('schema migrated')).toMatchObject([toShipping(), toSales()]);
  expect(await database.query('SELECT product_id FROM inventory')).toEqual([]);
  expect(await invoke(both())).toEqual({
    applied: [toShipping(shippingMigrations.length), toSales(salesMigrations.length)],
  });
});

test('the migrate function skips a database whose variable is empty', async () => {
  expect(await invoke({})).toEqual({ applied: [] });
  expect(await invoke(EMPTY)).toEqual({ applied: [] });
  expect(await tables()).toEqual([]);
});

test('the migrate function creates only the tables of shipping if sales are disabled', async () => {
  const variables = { ...EMPTY, SHIPPING_DATABASE_URL: postgres.url };
  expect(await invoke(variables)).toEqual({ applied: [toShipping()] });
  expect(await tables()).toEqual(['inventory', 'restocks', 'schema_migrations', 'shipments']);
});

test('the migrate function creates only the tables of sales if shipping is disabled', async () => {
  const variables = { ...EMPTY, SALES_DATABASE_URL: postgres.url };
  expect(await invoke(variables)).toEqual({ applied: [toSales()] });
  expect(await tables()).toEqual(['sales', 'sales_loads', 'schema_migrations']);
});

test('the migrate function migrates shipping over the RDS Data API, and waits for a resuming database', async () => {
  const standIn = await startRdsDataStandIn(postgres.url);
  standIn.resumeFor(2);
  const variables = {
    AWS_ENDPOINT_URL: standIn.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    SHIPPING_DATABASE_ARN: standIn.settings.clusterArn,
    SHIPPING_DATABASE_SECRET_ARN: standIn.settings.secretArn,
  };
  expect(await invoke(variables)).toEqual({ applied: [toShipping()] });
  expect(await invoke(variables)).toEqual({ applied: [toShipping(shippingMigrations.length)] });
  expect(await database.query('SELECT order_id FROM shipments')).toEqual([]);
  await standIn.stop();
});

test('the migrate function throws and logs an error if a schema is newer than the code', async () => {
  await invoke(both());
  const newer = shippingMigrations.length + 1;
  await database.query(
    `INSERT INTO schema_migrations VALUES ('shipping', ${newer}, 'later', CURRENT_TIMESTAMP)`,
  );
  const refusal = `code has version ${newer - 1}, schema ${newer}`;
  await expect(invoke(both())).rejects.toThrow(refusal);
  expect(log.lines('schema not migrated')).toMatchObject([{ error: { code: 'schema_newer' } }]);
});
