import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { type Migration, migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase, type PostgresDatabase } from '../../lib/database/postgres-database.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { shippingMigrations } from '../../lib/shipping/migrations.ts';
import { startTestPostgres, type TestPostgres } from './start-test-postgres.ts';

const MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-parcels',
    sql: `-- Two statements; the first of them has a comment.
CREATE TABLE parcels (
  id integer PRIMARY KEY
);

CREATE FUNCTION count_parcels() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1;
  RETURN (SELECT count(*) FROM parcels);
END
$$;
`,
  },
  { name: '0002-weights', sql: 'ALTER TABLE parcels ADD COLUMN weight integer' },
  // A second application would insert a second row.
  {
    name: '0003-first-parcels',
    sql: 'INSERT INTO parcels SELECT 1 + coalesce(max(id), 0), 7 FROM parcels;\n\n',
  },
];

let postgres: TestPostgres;
let database: PostgresDatabase;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = createPostgresDatabase(postgres.url);
});
afterAll(async () => {
  await database?.close();
  await postgres?.stop();
});
beforeEach(() => database.transaction(['DROP SCHEMA public CASCADE', 'CREATE SCHEMA public']));

const applied = () =>
  database.query(
    'SELECT part, CAST(version AS text) AS version, name FROM schema_migrations ORDER BY part, 2',
  );
const parcels = () => database.query('SELECT id, weight FROM parcels');

/** Recreates the table without an enforced primary key, as on Redshift. */
async function withoutPrimaryKey(): Promise<void> {
  const columns = 'part varchar(64), version integer, name varchar(256), applied_at timestamptz';
  await database.query(`CREATE TABLE schema_migrations (${columns})`);
}

function openAnother(): Database {
  const another = createPostgresDatabase(postgres.url);
  onTestFinished(() => another.close());
  return another;
}

test('migrate applies all migrations to an empty database', async () => {
  expect(await migrate(database, 'shipping', MIGRATIONS)).toEqual({ part: 'shipping', from: 0, to: 3 });
  expect(await parcels()).toEqual([{ id: '1', weight: '7' }]);
  expect(await database.query('SELECT count_parcels() AS count')).toEqual([{ count: '1' }]);
  expect(await applied()).toEqual([
    { part: 'shipping', version: '1', name: '0001-parcels' },
    { part: 'shipping', version: '2', name: '0002-weights' },
    { part: 'shipping', version: '3', name: '0003-first-parcels' },
  ]);
});

test('migrate changes nothing the second time', async () => {
  await migrate(database, 'shipping', MIGRATIONS);
  expect(await migrate(database, 'shipping', MIGRATIONS)).toEqual({ part: 'shipping', from: 3, to: 3 });
  expect(await parcels()).toHaveLength(1);
});

test('migrate applies the missing migrations to an older schema', async () => {
  await migrate(database, 'shipping', MIGRATIONS.slice(0, 2));
  await database.query('INSERT INTO parcels VALUES (41, 9)');
  expect(await migrate(database, 'shipping', MIGRATIONS)).toEqual({ part: 'shipping', from: 2, to: 3 });
  expect(await parcels()).toEqual([
    { id: '41', weight: '9' },
    { id: '42', weight: '7' },
  ]);
});

test('migrate applies more than nine migrations in order', async () => {
  const many = Array.from({ length: 12 }, (_, index) => ({
    name: `${String(index + 1).padStart(4, '0')}-step`,
    sql: `CREATE TABLE step_${index + 1} (id text);`,
  }));
  await migrate(database, 'shipping', many.slice(0, 11));
  expect(await migrate(database, 'shipping', many)).toEqual({ part: 'shipping', from: 11, to: 12 });
});

test.each([2, 4])('%i concurrent runs on an empty database apply each migration once', async (count) => {
  const databases = Array.from({ length: count }, openAnother);
  const runs = await Promise.all(databases.map((each) => migrate(each, 'shipping', MIGRATIONS)));
  expect(runs.map(({ to }) => to)).toEqual(Array(count).fill(3));
  expect(await applied()).toHaveLength(3);
  expect(await parcels()).toHaveLength(1);
});

test('migrate waits for a migration of another run', async () => {
  await withoutPrimaryKey();
  const visits = { name: '0001-visits', sql: 'CREATE TABLE visits (id integer);' };
  const visit = { name: '0002-visit', sql: 'SELECT pg_sleep(0.3);\n\nINSERT INTO visits VALUES (1);' };
  await migrate(database, 'shipping', [visits]);
  const databases = Array.from({ length: 4 }, openAnother);
  await Promise.all(databases.map((each) => migrate(each, 'shipping', [visits, visit])));
  expect(await applied()).toHaveLength(2);
  expect(await database.query('SELECT id FROM visits')).toHaveLength(1);
});

test.each([
  ['with a primary key', async () => undefined],
  ['without an enforced primary key', withoutPrimaryKey],
])('migrate accepts that another run applies a migration in the meantime, %s', async (_, prepare) => {
  await prepare();
  await migrate(database, 'shipping', MIGRATIONS.slice(0, 2));
  const late: Database = {
    query: database.query,
    async transaction(statements) {
      await migrate(openAnother(), 'shipping', MIGRATIONS);
      await database.transaction(statements);
    },
  };
  expect(await migrate(late, 'shipping', MIGRATIONS)).toEqual({ part: 'shipping', from: 2, to: 3 });
  expect(await applied()).toHaveLength(3);
  expect(await parcels()).toHaveLength(1);
});

test('migrate accepts a lost response to a commit', async () => {
  const cut: Database = {
    query: database.query,
    async transaction(statements) {
      await database.transaction(statements);
      throw new Error('connection lost');
    },
  };
  expect(await migrate(cut, 'shipping', MIGRATIONS)).toEqual({ part: 'shipping', from: 0, to: 3 });
  expect(await parcels()).toHaveLength(1);
});

test('migrate tracks the version of each part of a database', async () => {
  await migrate(database, 'sales', [{ name: '0001-sales', sql: 'CREATE TABLE sales_made (id text);' }]);
  await migrate(database, 'shipping', MIGRATIONS.slice(0, 1));
  expect(await applied()).toEqual([
    { part: 'sales', version: '1', name: '0001-sales' },
    { part: 'shipping', version: '1', name: '0001-parcels' },
  ]);
});

describe('a failed migration', () => {
  const broken: Migration = {
    name: '0002-broken',
    sql: 'CREATE TABLE half_done (id text);\n\nINSERT INTO parcels VALUES (1);\n\nINSERT INTO parcels VALUES (1);',
  };
  const failing = () => migrate(database, 'shipping', [...MIGRATIONS.slice(0, 1), broken]);

  test('is named with the reason', async () => {
    await expect(failing()).rejects.toMatchObject({
      name: 'MigrationError',
      code: 'migration_failed',
      message: 'shipping: 0002-broken: 23505: duplicate key value violates unique constraint "parcels_pkey"',
      cause: { name: 'DatabaseError', code: '23505' },
    });
  });

  test('is rolled back, and the migrations before it stay', async () => {
    await expect(failing()).rejects.toThrow();
    expect(await database.query('SELECT id FROM parcels')).toEqual([]);
    expect(await database.query(`SELECT to_regclass('half_done') AS name`)).toEqual([{ name: null }]);
    expect(await applied()).toEqual([{ part: 'shipping', version: '1', name: '0001-parcels' }]);
  });

  test('can be fixed and applied again', async () => {
    await expect(failing()).rejects.toThrow();
    expect(await migrate(database, 'shipping', MIGRATIONS)).toEqual({ part: 'shipping', from: 1, to: 3 });
  });
});

test('migrate throws if the code is older than the schema', async () => {
  await migrate(database, 'shipping', MIGRATIONS);
  await expect(migrate(database, 'shipping', MIGRATIONS.slice(0, 1))).rejects.toMatchObject({
    code: 'schema_newer',
    message: 'shipping: code must not be older than the schema: code has version 1, schema 3',
  });
});

test('migrate throws if the schema has other migrations', async () => {
  await migrate(database, 'shipping', MIGRATIONS.slice(0, 2));
  const other = [...MIGRATIONS.slice(0, 1), { name: '0002-sizes', sql: 'SELECT 1;' }];
  await expect(migrate(database, 'shipping', other)).rejects.toMatchObject({
    code: 'schema_differs',
    message: "shipping: schema must have the code's migrations: code has 0002-sizes, schema 0002-weights",
  });
});

test.each(['0002-first', '1-first', '0001_first', '0001-', "0001-o'clock"])(
  'migrate throws if the first migration is named %s',
  async (name) => {
    await expect(migrate(database, 'sales', [{ name, sql: 'SELECT 1;' }])).rejects.toMatchObject({
      code: 'migration_name',
      message: `sales: migration 1 must be named 0001-what-it-does, received ${name}`,
    });
  },
);

test('migrate throws the error of a database that does not exist', async () => {
  const missing = createPostgresDatabase(postgres.url.replace('/orders', '/nowhere'));
  onTestFinished(() => missing.close());
  await expect(migrate(missing, 'shipping', MIGRATIONS)).rejects.toMatchObject({ code: '3D000' });
});

test('migrate applies the schemas of shipping and sales to one database', async () => {
  expect(await migrate(database, 'shipping', shippingMigrations)).toMatchObject({
    to: shippingMigrations.length,
  });
  expect(await migrate(database, 'sales', salesMigrations)).toMatchObject({ to: salesMigrations.length });
  expect(await database.query('SELECT order_id FROM shipments')).toEqual([]);
  expect(await database.query('SELECT order_id FROM sales')).toEqual([]);
});
