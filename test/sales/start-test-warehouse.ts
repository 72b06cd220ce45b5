import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { CreateBucketCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { createRedshiftDatabase, type RedshiftDatabaseOptions } from '../../lib/aws/redshift-database.ts';
import type { Database } from '../../lib/database/database.ts';
import { migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { createRedshiftSalesLoader } from '../../lib/sales/redshift-sales-loader.ts';
import type { Sale } from '../../lib/sales/sale.ts';
import { createPostgresSalesLoader, type SalesLoader } from '../../lib/sales/sales-loader.ts';
import { startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { startRedshiftDataStandIn } from '../aws/redshift-data-stand-in.ts';
import type { SessionOptions } from '../aws/redshift-session.ts';
import { startTestPostgres } from '../database/start-test-postgres.ts';
import { connectClients } from '../local/start-test-services.ts';

export const STAGING_BUCKET = 'sales-staging';

/** A warehouse with its tables, and a connection to inspect them. */
export interface TestWarehouse {
  database: Database;
  loader: SalesLoader;
  observer: Client;
  stop(): Promise<void>;
}

export async function startPostgresWarehouse(): Promise<TestWarehouse> {
  const { url, observer, stop } = await startObservedPostgres();
  const database = createPostgresDatabase(url);
  await migrate(database, 'sales', salesMigrations);
  return {
    database,
    loader: createPostgresSalesLoader(database),
    observer,
    async stop() {
      await database.close();
      await stop();
    },
  };
}

/** A warehouse behind the stand-in for the Redshift Data API, and S3 for staging. */
export type RedshiftWarehouse = Awaited<ReturnType<typeof startRedshiftWarehouse>>;

export async function startRedshiftWarehouse(isolation: SessionOptions['isolation'] = 'REPEATABLE READ') {
  const services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
  const { s3 } = connectClients(services.endpoint);
  await s3.send(new CreateBucketCommand({ Bucket: STAGING_BUCKET }));
  const { url, observer, stop } = await startObservedPostgres();
  const standIn = await startRedshiftDataStandIn({ databaseUrl: url, s3, isolation });
  const client = connectRedshift(standIn.endpoint);
  const database = openTestRedshift(client);
  await migrate(database, 'sales', salesMigrations);
  return {
    ...services,
    url,
    s3,
    observer,
    standIn,
    client,
    database,
    loader: createLoader(),
    createLoader,
    async stop() {
      await standIn.stop();
      await stop();
      await services.stop();
    },
  };

  function createLoader(options: Partial<RedshiftDatabaseOptions> = {}, by = client): SalesLoader {
    return createRedshiftSalesLoader({
      database: openTestRedshift(by, options),
      objectStore: createObjectStore(s3),
      stagingBucket: STAGING_BUCKET,
    });
  }
}

export const connectRedshift = (endpoint: string): RedshiftDataClient =>
  new RedshiftDataClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });

export const openTestRedshift = (
  client: RedshiftDataClient,
  options: Partial<RedshiftDatabaseOptions> = {},
) =>
  createRedshiftDatabase(client, {
    workgroupArn: 'arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/test',
    secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:test',
    databaseName: 'orders',
    ...options,
  });

async function startObservedPostgres() {
  const postgres = await startTestPostgres();
  const observer = new Client(postgres.url);
  await observer.connect();
  return {
    url: postgres.url,
    observer,
    async stop() {
      await observer.end();
      await postgres.stop();
    },
  };
}

export async function stagedKeys(s3: S3Client): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: STAGING_BUCKET }));
  return Contents.map(({ Key = '' }) => Key);
}

/** Creates sales from generated orders. */
export const salesOf = (count: number, seed: number): Sale[] =>
  [...generateOrders({ count, seed })].map((order) => ({
    order_id: order.order_id,
    email_id: order.email_id,
    product_id: order.product_id,
    product_name: order.product_name,
    price: order.price.toFixed(4),
    ordered_at: new Date(order.timestamp).toISOString(),
    confirmed_at: new Date(order.timestamp + 1_500).toISOString(),
  }));
