import { createS3Client } from '../aws/clients.ts';
import { createObjectStore } from '../aws/object-store.ts';
import { requireSalesDatabase, type SalesDatabaseSettings } from './open-sales-database.ts';
import { createPostgresSalesLoader } from './postgres-sales-loader.ts';
import { createRedshiftSalesLoader } from './redshift-sales-loader.ts';
import type { SalesLoader } from './sales-loader.ts';

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
