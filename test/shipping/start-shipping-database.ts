import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { Client } from 'pg';
import { createRdsDatabase } from '../../lib/aws/rds-database.ts';
import type { Database } from '../../lib/database/database.ts';
import { migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { shippingMigrations } from '../../lib/shipping/migrations.ts';
import { startRdsDataStandIn } from '../aws/rds-data-stand-in.ts';
import { startTestPostgres } from '../database/start-test-postgres.ts';

/** The adapters to the shipping database: local, and on AWS. */
export const ADAPTERS = ['a connection', 'the RDS Data API'] as const;

export type ShippingDatabase = Awaited<ReturnType<typeof startShippingDatabase>>;

/** Starts a separate shipping database with its schema. */
export async function startShippingDatabase(adapter: (typeof ADAPTERS)[number]) {
  const postgres = await startTestPostgres();
  const standIn = adapter === 'a connection' ? undefined : await startRdsDataStandIn(postgres.url);
  const closings: (() => Promise<void>)[] = [];

  /** Opens a database for one worker, with its own connection. */
  function open(): Database {
    if (standIn) {
      const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
      const client = new RDSDataClient({ endpoint: standIn.endpoint, region: 'us-east-1', credentials });
      return createRdsDatabase(client, standIn.settings);
    }
    const database = createPostgresDatabase(postgres.url);
    closings.push(() => database.close());
    return database;
  }

  /** Opens a plain session to inspect the tables and to hold locks. */
  async function connect(): Promise<Client> {
    const client = new Client(postgres.url);
    await client.connect();
    closings.push(() => client.end());
    return client;
  }

  await migrate(open(), 'shipping', shippingMigrations);
  const observer = await connect();
  const read = async <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await observer.query<Row>(sql, values)).rows;

  return {
    url: postgres.url,
    open,
    connect,
    read,

    empty: () => read('TRUNCATE inventory, shipments, restocks'),

    /** Returns every row of every table, with the transaction that wrote it. */
    async snapshot() {
      const tables: Record<string, object[]> = {};
      for (const table of ['inventory', 'shipments', 'restocks']) {
        tables[table] = await read(`SELECT xmin AS written_by, * FROM ${table} ORDER BY 2, 3`);
      }
      return tables;
    },

    /** Returns the stock of each product and the number of its shipments by status. */
    products: () =>
      read<{ product_id: string; stock: number; scheduled: number; backordered: number }>(`
        SELECT product_id, stock::int,
          (count(*) FILTER (WHERE status = 'scheduled'))::int AS scheduled,
          (count(*) FILTER (WHERE status = 'backordered'))::int AS backordered
        FROM inventory LEFT JOIN shipments USING (product_id) GROUP BY product_id ORDER BY product_id`),

    async stop(): Promise<void> {
      for (const close of closings) await close();
      await standIn?.stop();
      await postgres.stop();
    },
  };
}
