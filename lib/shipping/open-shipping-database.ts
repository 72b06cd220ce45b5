import { createRdsDataClient } from '../aws/clients.ts';
import { createRdsDatabase } from '../aws/rds-database.ts';
import type { Settings } from '../config.ts';
import type { Database } from '../database/database.ts';
import { createPostgresDatabase } from '../database/postgres-database.ts';

/** The settings that locate the shipping database. */
export const SHIPPING_DATABASE_SETTINGS = [
  'SHIPPING_DATABASE_URL',
  'SHIPPING_DATABASE_ARN',
  'SHIPPING_DATABASE_SECRET_ARN',
] as const;

type ShippingDatabaseSettings = Partial<Settings<(typeof SHIPPING_DATABASE_SETTINGS)[number]>>;

/** Opens the shipping database: Postgres by its URL, or Aurora. Returns undefined if neither is configured. */
export function openShippingDatabase(settings: ShippingDatabaseSettings): Database | undefined {
  const { SHIPPING_DATABASE_URL, SHIPPING_DATABASE_ARN, SHIPPING_DATABASE_SECRET_ARN } = settings;
  if (SHIPPING_DATABASE_URL) return createPostgresDatabase(SHIPPING_DATABASE_URL);
  if (!SHIPPING_DATABASE_ARN || !SHIPPING_DATABASE_SECRET_ARN) return undefined;
  return createRdsDatabase(createRdsDataClient(), {
    clusterArn: SHIPPING_DATABASE_ARN,
    secretArn: SHIPPING_DATABASE_SECRET_ARN,
    databaseName: 'orders',
  });
}

/**
 * Opens the shipping database for a function that requires it.
 *
 * @throws Error that names the variables to set
 */
export function requireShippingDatabase(settings: ShippingDatabaseSettings): Database {
  const database = openShippingDatabase(settings);
  if (database) return database;
  throw new Error(
    'environment variables: set SHIPPING_DATABASE_URL, or both SHIPPING_DATABASE_ARN and SHIPPING_DATABASE_SECRET_ARN',
  );
}
