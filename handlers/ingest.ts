import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSEvent } from 'aws-lambda';
import { createS3Client, createSqsClient } from '../lib/aws/clients.ts';
import { createObjectStore } from '../lib/aws/object-store.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { readConfig } from '../lib/config.ts';
import { ingestUpload } from '../lib/ingest/ingest-upload.ts';
import { logger } from '../lib/observability/logger.ts';
import { type MessageOutcome, partialBatch, settleRecords } from '../lib/records/settle-records.ts';

const config = readConfig('ORDER_QUEUE_URL', 'UPLOAD_QUEUE_URL', 'RESULTS_BUCKET_NAME', 'AWS_ENDPOINT_URL');
const sqs = createSqsClient();
const uploadQueue = createQueue(sqs, config.UPLOAD_QUEUE_URL);
const services = {
  orderQueue: createQueue(sqs, config.ORDER_QUEUE_URL),
  objectStore: createObjectStore(createS3Client(config.AWS_ENDPOINT_URL !== undefined)),
  uploadQueue,
  resultsBucket: config.RESULTS_BUCKET_NAME,
};

/**
 * Time reserved after the end of reading, in ms, for sends in flight, the last rejected rows and the receipt. Each may take
 * one or two slow requests (see `lib/aws/clients.ts`).
 */
const MARGIN_MS = 60_000;

async function ingest({ Records }: SQSEvent, context: Context): Promise<PromiseSettledResult<void>[]> {
  const deadline = Date.now() + context.getRemainingTimeInMillis() - MARGIN_MS;
  const outcomes: MessageOutcome[] = [];
  // One file or part at a time: its orders are sent concurrently already.
  for (const { body, attributes } of Records) {
    outcomes.push(await ingestUpload(body, services, deadline, Number(attributes.ApproximateReceiveCount)));
  }
  return settleRecords(Records, outcomes, uploadQueue);
}

/**
 * Sends the orders of the files in UploadQueue to the order queue, and writes receipts and rejected rows to the results
 * bucket. A large file is first split into parts, which are sent to UploadQueue.
 */
export const handler = middy(ingest)
  .use(injectLambdaContext(logger))
  .use(partialBatch())
  .onError(({ error }) => logger.error('batch failed', { error }));
