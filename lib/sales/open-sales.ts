import { createRedshiftDataClient, createS3Client } from '../aws/clients.ts';
import { createObjectStore } from '../aws/object-store.ts';
import { createRedshiftDatabase, type RedshiftDatabase } from '../aws/redshift-database.ts';
import type { Settings } from '../config.ts';
import type { Database } from '../database/database.ts';
import { createPostgresDatabase } from '../database/postgres-database.ts';
import { createRedshiftSalesLoader } from './redshift-sales-loader.ts';
import { createPostgresSalesLoader, type SalesLoader } from './sales-loader.ts';

/** The settings that say where the warehouse is. */
export const SALES_DATABASE_SETTINGS = [
  'SALES_DATABASE_URL',
  'SALES_WAREHOUSE_ARN',
  'SALES_WAREHOUSE_SECRET_ARN',
] as const;

export type SalesDatabaseSettings = Partial<Settings<(typeof SALES_DATABASE_SETTINGS)[number]>>;

/** The warehouse: Redshift, which runs batches, or a Postgres that stands for it. */
type SalesDatabase = RedshiftDatabase | Database;

/** Opens the warehouse: a Postgres by its URL, or Redshift; undefined where there is neither. */
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
 * The same for functions that are nothing without it.
 *
 * @throws Error that names the variables to set
 */
export function requireSalesDatabase(settings: SalesDatabaseSettings): SalesDatabase {
  const database = openSalesDatabase(settings);
  if (database) return database;
  throw new Error(
    'environment variables: must be SALES_DATABASE_URL, or SALES_WAREHOUSE_ARN and SALES_WAREHOUSE_SECRET_ARN, received neither',
  );
}

export interface SalesLoaderSettings extends SalesDatabaseSettings {
  /** Needed where the warehouse is Redshift. */
  SALES_STAGING_BUCKET_NAME?: string | undefined;
  AWS_ENDPOINT_URL?: string | undefined;
}

/**
 * Opens the way into the warehouse that fits it.
 *
 * @throws Error that names the settings where they do not name a warehouse, or no bucket to stage sales in
 */
export function openSalesLoader(settings: SalesLoaderSettings): SalesLoader {
  const database = requireSalesDatabase(settings);
  if (!('batch' in database)) return createPostgresSalesLoader(database);
  const stagingBucket = settings.SALES_STAGING_BUCKET_NAME;
  if (!stagingBucket) {
    throw new Error(
      'environment variables: SALES_STAGING_BUCKET_NAME: must be set where SALES_WAREHOUSE_ARN is, received nothing',
    );
  }
  const objectStore = createObjectStore(createS3Client(settings.AWS_ENDPOINT_URL !== undefined));
  return createRedshiftSalesLoader({ database, objectStore, stagingBucket });
}
