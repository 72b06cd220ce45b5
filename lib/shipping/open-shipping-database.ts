import { createRdsDataClient } from '../aws/clients.ts';
import { createRdsDatabase } from '../aws/rds-database.ts';
import type { Settings } from '../config.ts';
import type { Database } from '../database/database.ts';
import { createPostgresDatabase } from '../database/postgres-database.ts';

/** The settings that say where the shipping database is. */
export const SHIPPING_DATABASE_SETTINGS = [
  'SHIPPING_DATABASE_URL',
  'SHIPPING_DATABASE_ARN',
  'SHIPPING_DATABASE_SECRET_ARN',
] as const;

type ShippingDatabaseSettings = Partial<Settings<(typeof SHIPPING_DATABASE_SETTINGS)[number]>>;

/** Opens the shipping database: a Postgres by its URL, or Aurora; undefined where there is neither. */
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
 * The same for functions that are nothing without it.
 *
 * @throws Error that names the variables to set
 */
export function requireShippingDatabase(settings: ShippingDatabaseSettings): Database {
  const database = openShippingDatabase(settings);
  if (database) return database;
  throw new Error(
    'environment variables: must be SHIPPING_DATABASE_URL, or SHIPPING_DATABASE_ARN and SHIPPING_DATABASE_SECRET_ARN, received neither',
  );
}
