import { createRedshiftDataClient } from '../aws/clients.ts';
import { createRedshiftDatabase, type RedshiftDatabase } from '../aws/redshift-database.ts';
import type { Database } from '../database/database.ts';
import { createPostgresDatabase } from '../database/postgres-database.ts';

/** Where the warehouse is, by the names of the environment variables that say so. */
export interface SalesDatabaseSettings {
  DATABASE_URL?: string | undefined;
  SALES_WAREHOUSE_ARN?: string | undefined;
  SALES_WAREHOUSE_SECRET_ARN?: string | undefined;
}

/** Opens the warehouse: the Postgres that stands for it, or Redshift; undefined where there is neither. */
export function openSalesDatabase(settings: SalesDatabaseSettings): Database | undefined {
  return settings.DATABASE_URL ? createPostgresDatabase(settings.DATABASE_URL) : openRedshift(settings);
}

/** The same for what only Redshift can do. */
export function openRedshift(settings: SalesDatabaseSettings): RedshiftDatabase | undefined {
  const { SALES_WAREHOUSE_ARN: workgroupArn, SALES_WAREHOUSE_SECRET_ARN: secretArn } = settings;
  if (!workgroupArn || !secretArn) return undefined;
  return createRedshiftDatabase(createRedshiftDataClient(), {
    workgroupArn,
    secretArn,
    databaseName: 'orders',
  });
}
