import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase, type PostgresDatabase } from '../../lib/database/postgres-database.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { createPostgresSalesLoader } from '../../lib/sales/sales-loader.ts';
import { shippingMigrations } from '../../lib/shipping/migrations.ts';
import { countStoredRows } from '../../local/start/stored-rows.ts';
import { startTestPostgres, type TestPostgres } from '../database/start-test-postgres.ts';
import { salesOf } from '../sales/start-test-warehouse.ts';

let postgres: TestPostgres;
let database: PostgresDatabase;
beforeEach(async () => {
  postgres = await startTestPostgres();
  database = createPostgresDatabase(postgres.url);
});
afterEach(async () => {
  await database.close();
  await postgres.stop();
});

/** Returns the places of a stage with this queue and without a DynamoDB table. */
const placesOf = (output: string) => ({
  outputs: { [output]: 'http://127.0.0.1/queue' },
  database,
  dynamoDb: new DynamoDBClient({ region: 'us-east-1' }),
});

test('with sales disabled, shipments are counted without the table of sales', async () => {
  await migrate(database, 'shipping', shippingMigrations);
  await database.query("INSERT INTO inventory VALUES ('P-1', 'Kettle', 2)");
  await database.query("INSERT INTO restocks VALUES ('r', 'P-1', 3, CURRENT_TIMESTAMP)");
  const rows = await countStoredRows(placesOf('ShippingQueueUrl'));
  expect(rows).toEqual({ scheduled: 0, backordered: 0, stockTaken: 1, rows: { shipments: 0 } });
});

test('with shipping disabled, sales are counted without the tables of shipping', async () => {
  await migrate(database, 'sales', salesMigrations);
  await createPostgresSalesLoader(database).load(salesOf(3, 1));
  const rows = await countStoredRows(placesOf('AnalyticsQueueUrl'));
  expect(rows).toEqual({ scheduled: 0, backordered: 0, stockTaken: 0, rows: { sales: 3 } });
});
