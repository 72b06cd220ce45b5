import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { logger } from '../lib/observability/logger.ts';
import {
  requireShippingDatabase,
  SHIPPING_DATABASE_SETTINGS,
} from '../lib/shipping/open-shipping-database.ts';
import { type Restocked, reportRestocked, restock as restockProducts } from '../lib/shipping/restock.ts';
import { readRestockInput } from '../lib/shipping/restock-input.ts';

const database = requireShippingDatabase(readConfig(...SHIPPING_DATABASE_SETTINGS));

async function restock(event: unknown, context: Context): Promise<Restocked> {
  // An asynchronous invocation that Lambda repeats keeps its request id, so it is the same restock.
  const input = readRestockInput(event, context.awsRequestId);
  const products = await restockProducts(database, input, new Date());
  reportRestocked(input.restock_id, products);
  return { restock_id: input.restock_id, products };
}

/** Direct invoke → stock added, oldest backorders scheduled. */
export const handler = middy(restock)
  .use(injectLambdaContext(logger))
  .onError(({ error }) => logger.error('restock failed', { error }));
