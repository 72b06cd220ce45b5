import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { createDynamoDbClient, createSqsClient } from '../lib/aws/clients.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { createTable } from '../lib/aws/table.ts';
import { readConfig } from '../lib/config.ts';
import { createLoyalty } from '../lib/loyalty.ts';
import { logger } from '../lib/observability/logger.ts';
import { consumeConfirmedOrders } from '../lib/records/order-consumer.ts';
import { partialBatch } from '../lib/records/settle-records.ts';

const config = readConfig('LOYALTY_QUEUE_URL', 'LOYALTY_TABLE_NAME');
const queue = createQueue(createSqsClient(), config.LOYALTY_QUEUE_URL);
const consumer = createLoyalty(createTable(createDynamoDbClient(), config.LOYALTY_TABLE_NAME, 'order_id'));

async function loyalty({ Records }: SQSEvent): Promise<PromiseSettledResult<void>[]> {
  return consumeConfirmedOrders(Records, consumer, queue);
}

/** Awards points for the confirmed orders in LoyaltyQueue. */
export const handler = middy(loyalty)
  .use(injectLambdaContext(logger))
  .use(partialBatch())
  .onError(({ error }) => logger.error('batch failed', { error }));
