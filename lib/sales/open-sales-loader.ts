import { createS3Client } from '../aws/clients.ts';
import { createObjectStore } from '../aws/object-store.ts';
import { createPostgresDatabase } from '../database/postgres-database.ts';
import { openRedshift, type SalesDatabaseSettings } from './open-sales-database.ts';
import { createPostgresSalesLoader } from './postgres-sales-loader.ts';
import { createRedshiftSalesLoader } from './redshift-sales-loader.ts';
import type { SalesLoader } from './sales-loader.ts';

export interface SalesLoaderSettings extends SalesDatabaseSettings {
  SALES_STAGING_BUCKET_NAME?: string | undefined;
  AWS_ENDPOINT_URL?: string | undefined;
}

/**
 * Opens the way into the warehouse that fits it.
 *
 * @throws Error that names the settings where they do not name a warehouse, or no bucket to stage sales in
 */
export function openSalesLoader(settings: SalesLoaderSettings): SalesLoader {
  if (settings.DATABASE_URL) return createPostgresSalesLoader(createPostgresDatabase(settings.DATABASE_URL));
  const database = openRedshift(settings);
  const stagingBucket = settings.SALES_STAGING_BUCKET_NAME;
  if (!database || !stagingBucket) {
    const warehouse = 'SALES_WAREHOUSE_ARN, SALES_WAREHOUSE_SECRET_ARN and SALES_STAGING_BUCKET_NAME';
    throw new Error(`environment variables: must be ${warehouse}, or DATABASE_URL; received not all of them`);
  }
  const objectStore = createObjectStore(createS3Client(settings.AWS_ENDPOINT_URL !== undefined));
  return createRedshiftSalesLoader({ database, objectStore, stagingBucket });
}
