import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { createSqsClient } from '../lib/aws/clients.ts';
import { createMessageVisibility } from '../lib/aws/message-visibility.ts';
import { readConfig } from '../lib/config.ts';
import { logger } from '../lib/observability/logger.ts';
import { parseOrderConfirmed } from '../lib/order/order-confirmed.ts';
import { partialBatch } from '../lib/records/partial-batch.ts';
import { settleRecords } from '../lib/records/settle-records.ts';
import { storeBatch } from '../lib/records/store-batch.ts';
import { fulfilOrders, reportFulfilled } from '../lib/shipping/fulfill-orders.ts';
import {
  requireShippingDatabase,
  SHIPPING_DATABASE_SETTINGS,
} from '../lib/shipping/open-shipping-database.ts';

const config = readConfig('SHIPPING_QUEUE_URL', ...SHIPPING_DATABASE_SETTINGS);
const database = requireShippingDatabase(config);
const visibility = createMessageVisibility(createSqsClient(), config.SHIPPING_QUEUE_URL);

async function fulfillment({ Records }: SQSEvent): Promise<PromiseSettledResult<void>[]> {
  const batch = await storeBatch(Records, {
    parse: (body) => {
      const parsed = parseOrderConfirmed(body);
      return parsed.ok ? { ok: true, item: parsed.event } : parsed;
    },
    idOf: ({ order }) => order.order_id,
    store: (events) => fulfilOrders(database, events, new Date()),
  });
  reportFulfilled(batch);
  return settleRecords(Records, batch.outcomes, visibility);
}

/** ShippingQueue → shipments, scheduled or backordered. */
export const handler = middy(fulfillment)
  .use(injectLambdaContext(logger))
  .use(partialBatch())
  .onError(({ error }) => logger.error('batch failed', { error }));
