import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { createS3Client, createSqsClient } from '../lib/aws/clients.ts';
import { createObjectStore } from '../lib/aws/object-store.ts';
import { createQueue } from '../lib/aws/queue.ts';
import { readConfig } from '../lib/config.ts';
import { json, problemOnError } from '../lib/http/problem.ts';
import { isHttpEvent, readJsonBody } from '../lib/http/request.ts';
import { logger } from '../lib/observability/logger.ts';
import { type ProducerReport, produceOrders } from '../lib/produce/produce-orders.ts';
import {
  capForHttp,
  HTTP_BUDGET_MS,
  type ProducerInput,
  readProducerInput,
} from '../lib/produce/producer-input.ts';

const config = readConfig(
  'ORDER_QUEUE_URL',
  'UPLOAD_BUCKET_NAME',
  'PRODUCER_DEFAULT_COUNT',
  'AWS_ENDPOINT_URL',
);
const parts = {
  orderQueue: createQueue(createSqsClient(), config.ORDER_QUEUE_URL),
  objectStore: createObjectStore(createS3Client(config.AWS_ENDPOINT_URL !== undefined)),
  uploadBucket: config.UPLOAD_BUCKET_NAME,
};

/** Time reserved for the requests in flight at the end, in ms: two slow S3 requests (see `lib/aws/clients.ts`). */
const MARGIN_MS = 30_000;

async function producer(event: unknown, context: Context) {
  if (isHttpEvent(event)) {
    const { input, capped } = capForHttp(readInput(event.body ? readJsonBody(event) : {}));
    const report = await produce(input, Date.now() + HTTP_BUDGET_MS);
    return json(202, capped ? { ...report, capped } : report);
  }
  const input = readInput(isScheduledEvent(event) ? {} : event);
  return produce(input, Date.now() + context.getRemainingTimeInMillis() - MARGIN_MS);
}

const readInput = (input: unknown): ProducerInput => readProducerInput(input, config.PRODUCER_DEFAULT_COUNT);

async function produce(input: ProducerInput, deadline: number): Promise<ProducerReport> {
  const { report, reasons } = await produceOrders(input, parts, { deadline });
  logger.info('orders produced', { report, reasons });
  return report;
}

const isScheduledEvent = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'source' in event && event.source === 'aws.events';

/**
 * Generates orders into the order queue, or order files into the upload bucket. Called by a schedule, by
 * `POST /orders/generate` or directly.
 */
export const handler = middy(producer).use(injectLambdaContext(logger)).use(problemOnError());
