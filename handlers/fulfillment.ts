import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { createSqsClient } from '../lib/aws/clients.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { readConfig } from '../lib/config.ts';
import { logger } from '../lib/observability/logger.ts';
import { consumeConfirmedOrders } from '../lib/records/order-consumer.ts';
import { partialBatch } from '../lib/records/settle-records.ts';
import { createFulfillment } from '../lib/shipping/fulfill-orders.ts';
import {
  requireShippingDatabase,
  SHIPPING_DATABASE_SETTINGS,
} from '../lib/shipping/open-shipping-database.ts';

const config = readConfig('SHIPPING_QUEUE_URL', ...SHIPPING_DATABASE_SETTINGS);
const queue = createQueue(createSqsClient(), config.SHIPPING_QUEUE_URL);
const consumer = createFulfillment(requireShippingDatabase(config));

async function fulfillment({ Records }: SQSEvent): Promise<PromiseSettledResult<void>[]> {
  return consumeConfirmedOrders(Records, consumer, queue);
}

/** Creates shipments, scheduled or backordered, for the confirmed orders of ShippingQueue. */
export const handler = middy(fulfillment)
  .use(injectLambdaContext(logger))
  .use(partialBatch())
  .onError(({ error }) => logger.error('batch failed', { error }));
