import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { createSqsClient } from '../lib/aws/clients.ts';
import { createMessageVisibility } from '../lib/aws/message-visibility.ts';
import { readConfig } from '../lib/config.ts';
import { logger } from '../lib/observability/logger.ts';
import { partialBatch } from '../lib/records/partial-batch.ts';
import { settleRecords } from '../lib/records/settle-records.ts';
import { storeBatch } from '../lib/records/store-batch.ts';
import { openSalesLoader, SALES_DATABASE_SETTINGS } from '../lib/sales/open-sales.ts';
import { reportLoad } from '../lib/sales/report-load.ts';
import { parseSale } from '../lib/sales/sale.ts';

const config = readConfig(
  'ANALYTICS_QUEUE_URL',
  ...SALES_DATABASE_SETTINGS,
  'SALES_STAGING_BUCKET_NAME',
  'AWS_ENDPOINT_URL',
);
const loader = openSalesLoader(config);
const visibility = createMessageVisibility(createSqsClient(), config.ANALYTICS_QUEUE_URL);

async function analytics({ Records }: SQSEvent): Promise<PromiseSettledResult<void>[]> {
  const batch = await storeBatch(Records, {
    parse: parseSale,
    idOf: ({ order_id }) => order_id,
    store: (sales) => loader.load(sales),
  });
  reportLoad(batch);
  return settleRecords(Records, batch.outcomes, visibility);
}

/** AnalyticsQueue → sales in the warehouse. */
export const handler = middy(analytics)
  .use(injectLambdaContext(logger))
  .use(partialBatch())
  .onError(({ error }) => logger.error('batch failed', { error }));
