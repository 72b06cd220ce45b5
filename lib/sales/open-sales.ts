import { createRedshiftDataClient, createS3Client } from '../aws/clients.ts';
import { createObjectStore } from '../aws/object-store.ts';
import { createRedshiftDatabase, type RedshiftDatabase } from '../aws/redshift-database.ts';
import type { Settings } from '../config.ts';
import type { Database } from '../database/database.ts';
import { createPostgresDatabase } from '../database/postgres-database.ts';
import { createRedshiftSalesLoader } from './redshift-sales-loader.ts';
import { createPostgresSalesLoader, type SalesLoader } from './sales-loader.ts';

/** The settings that locate the warehouse. */
export const SALES_DATABASE_SETTINGS = [
  'SALES_DATABASE_URL',
  'SALES_WAREHOUSE_ARN',
  'SALES_WAREHOUSE_SECRET_ARN',
] as const;

export type SalesDatabaseSettings = Partial<Settings<(typeof SALES_DATABASE_SETTINGS)[number]>>;

/** The warehouse: Redshift, which can run batches, or Postgres in its place. */
type SalesDatabase = RedshiftDatabase | Database;

/** Opens the warehouse: Postgres by its URL, or Redshift. Returns undefined if neither is configured. */
export function openSalesDatabase(settings: SalesDatabaseSettings): SalesDatabase | undefined {
  const { SALES_DATABASE_URL, SALES_WAREHOUSE_ARN, SALES_WAREHOUSE_SECRET_ARN } = settings;
  if (SALES_DATABASE_URL) return createPostgresDatabase(SALES_DATABASE_URL);
  if (!SALES_WAREHOUSE_ARN || !SALES_WAREHOUSE_SECRET_ARN) return undefined;
  return createRedshiftDatabase(createRedshiftDataClient(), {
    workgroupArn: SALES_WAREHOUSE_ARN,
    secretArn: SALES_WAREHOUSE_SECRET_ARN,
    databaseName: 'orders',
  });
}

/**
 * Opens the warehouse for a function that requires it.
 *
 * @throws Error that names the variables to set
 */
export function requireSalesDatabase(settings: SalesDatabaseSettings): SalesDatabase {
  const database = openSalesDatabase(settings);
  if (database) return database;
  throw new Error(
    'environment variables: set SALES_DATABASE_URL, or both SALES_WAREHOUSE_ARN and SALES_WAREHOUSE_SECRET_ARN',
  );
}

export interface SalesLoaderSettings extends SalesDatabaseSettings {
  /** Required for Redshift. */
  SALES_STAGING_BUCKET_NAME?: string | undefined;
  AWS_ENDPOINT_URL?: string | undefined;
}

/**
 * Creates the sales loader for the configured warehouse.
 *
 * @throws Error that names the missing settings of the warehouse or its staging bucket
 */
export function openSalesLoader(settings: SalesLoaderSettings): SalesLoader {
  const database = requireSalesDatabase(settings);
  if (!('batch' in database)) return createPostgresSalesLoader(database);
  const stagingBucket = settings.SALES_STAGING_BUCKET_NAME;
  if (!stagingBucket) {
    throw new Error(
      'environment variables: set SALES_STAGING_BUCKET_NAME: SALES_WAREHOUSE_ARN requires a bucket to stage sales in',
    );
  }
  const objectStore = createObjectStore(createS3Client(settings.AWS_ENDPOINT_URL !== undefined));
  return createRedshiftSalesLoader({ database, objectStore, stagingBucket });
}
