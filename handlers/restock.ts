import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { readConfig } from '../lib/config.ts';
import { logger } from '../lib/observability/logger.ts';
import {
  requireShippingDatabase,
  SHIPPING_DATABASE_SETTINGS,
} from '../lib/shipping/open-shipping-database.ts';
import { type RestockResult, reportRestock, restock as restockProducts } from '../lib/shipping/restock.ts';
import { readRestockInput } from '../lib/shipping/restock-input.ts';

const database = requireShippingDatabase(readConfig(...SHIPPING_DATABASE_SETTINGS));

async function restock(event: unknown, context: Context): Promise<RestockResult> {
  // When Lambda retries an asynchronous invocation, the request id stays the same, so the restock is not repeated.
  const input = readRestockInput(event, context.awsRequestId);
  const products = await restockProducts(database, input, new Date());
  reportRestock(input.restock_id, products);
  return { restock_id: input.restock_id, products };
}

/** Adds stock and schedules the oldest backorders. Invoked directly. */
export const handler = middy(restock)
  .use(injectLambdaContext(logger))
  .onError(({ error }) => logger.error('restock failed', { error }));
