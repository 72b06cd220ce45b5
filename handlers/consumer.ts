import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSEvent } from 'aws-lambda';
import { createDynamoDbClient, createSnsClient, createSqsClient } from '../lib/aws/clients.ts';
import { createLedger } from '../lib/aws/ledger.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { createTopic } from '../lib/aws/topic.ts';
import { readConfig } from '../lib/config.ts';
import { confirmOrders } from '../lib/confirm/confirm-orders.ts';
import { reportConfirmations } from '../lib/confirm/report-confirmations.ts';
import { logger } from '../lib/observability/logger.ts';
import { partialBatch, settleRecords } from '../lib/records/settle-records.ts';

const config = readConfig('ORDER_QUEUE_URL', 'ORDER_EVENTS_TOPIC_ARN', 'LEDGER_TABLE_NAME');
const ledger = createLedger(createDynamoDbClient(), { tableName: config.LEDGER_TABLE_NAME });
const orderEvents = createTopic(createSnsClient(), config.ORDER_EVENTS_TOPIC_ARN);
const queue = createQueue(createSqsClient(), config.ORDER_QUEUE_URL);

/** Margin by which a claim outlives its invocation, for clock skew. In ms. */
const CLOCK_SKEW_MS = 5_000;

async function consumer({ Records }: SQSEvent, context: Context): Promise<PromiseSettledResult<void>[]> {
  const leaseMs = context.getRemainingTimeInMillis() + CLOCK_SKEW_MS;
  const outcomes = await confirmOrders(Records, { ledger, orderEvents }, leaseMs);
  reportConfirmations(outcomes);
  return settleRecords(Records, outcomes, queue);
}

/** Confirms the orders of OrderQueue. */
export const handler = middy(consumer)
  .use(injectLambdaContext(logger))
  .use(partialBatch())
  .onError(({ error }) => logger.error('batch failed', { error }));
