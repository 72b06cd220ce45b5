import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import { readConfig } from '../lib/config.ts';
import { type MigratedPart, migrate } from '../lib/database/migrate.ts';
import { logger } from '../lib/observability/logger.ts';
import { salesMigrations } from '../lib/sales/migrations.ts';
import { openSalesDatabase, SALES_DATABASE_SETTINGS } from '../lib/sales/open-sales.ts';
import { shippingMigrations } from '../lib/shipping/migrations.ts';
import { openShippingDatabase, SHIPPING_DATABASE_SETTINGS } from '../lib/shipping/open-shipping-database.ts';

const config = readConfig(...SHIPPING_DATABASE_SETTINGS, ...SALES_DATABASE_SETTINGS);
const parts = [
  { part: 'shipping', database: openShippingDatabase(config), migrations: shippingMigrations },
  { part: 'sales', database: openSalesDatabase(config), migrations: salesMigrations },
] as const;

async function migrateParts(): Promise<{ applied: MigratedPart[] }> {
  const applied: MigratedPart[] = [];
  // The first failure ends the run. Applied migrations stay, and the next run continues after them.
  for (const { part, database, migrations } of parts) {
    if (!database) continue;
    const migrated = await migrate(database, part, migrations);
    logger.info('schema migrated', { ...migrated });
    applied.push(migrated);
  }
  return { applied };
}

/** Migrates the schemas of the enabled databases to the code's version. Invoked directly. */
export const handler = middy(migrateParts)
  .use(injectLambdaContext(logger))
  .onError(({ error }) => logger.error('schema not migrated', { error }));
