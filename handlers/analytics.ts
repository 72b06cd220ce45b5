import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { createSqsClient } from '../lib/aws/clients.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { readConfig } from '../lib/config.ts';
import { logger } from '../lib/observability/logger.ts';
import { consumeConfirmedOrders } from '../lib/records/order-consumer.ts';
import { partialBatch } from '../lib/records/settle-records.ts';
import { openSalesLoader, SALES_DATABASE_SETTINGS } from '../lib/sales/open-sales.ts';
import { createSalesConsumer } from '../lib/sales/sales-loader.ts';

const config = readConfig(
  'ANALYTICS_QUEUE_URL',
  ...SALES_DATABASE_SETTINGS,
  'SALES_STAGING_BUCKET_NAME',
  'AWS_ENDPOINT_URL',
);
const queue = createQueue(createSqsClient(), config.ANALYTICS_QUEUE_URL);
const consumer = createSalesConsumer(openSalesLoader(config));

async function analytics({ Records }: SQSEvent): Promise<PromiseSettledResult<void>[]> {
  return consumeConfirmedOrders(Records, consumer, queue);
}

/** Records the confirmed orders of AnalyticsQueue as sales in the warehouse. */
export const handler = middy(analytics)
  .use(injectLambdaContext(logger))
  .use(partialBatch())
  .onError(({ error }) => logger.error('batch failed', { error }));
