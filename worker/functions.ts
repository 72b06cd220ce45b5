import type { Context, SQSEvent } from 'aws-lambda';
import type { Settings } from '../lib/config.ts';

/** Works on one batch, as Lambda would call it. */
export type BatchHandler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** A function that works on a queue, with what its mapping in serverless.yml says of it. */
export interface QueueFunction {
  /** The setting that says which queue. */
  queueUrl: keyof Settings & `${string}_QUEUE_URL`;
  /** Messages a batch; a poll brings ten at most. */
  batchSize: number;
  /** Polls in flight where the command line does not say. */
  concurrency: number;
  /** Evaluates its module, which reads its settings: only that of the function asked for may be loaded. */
  load: () => Promise<{ handler: unknown }>;
}

/** What a worker can run, by the function's name in serverless.yml. */
export const FUNCTIONS = {
  consumer: {
    queueUrl: 'ORDER_QUEUE_URL',
    batchSize: 10,
    concurrency: 10,
    load: () => import('../handlers/consumer.ts'),
  },
  fulfillment: {
    queueUrl: 'SHIPPING_QUEUE_URL',
    batchSize: 10,
    concurrency: 5,
    load: () => import('../handlers/fulfillment.ts'),
  },
  analytics: {
    queueUrl: 'ANALYTICS_QUEUE_URL',
    batchSize: 10,
    // Loads wait for each other.
    concurrency: 2,
    load: () => import('../handlers/analytics.ts'),
  },
  ingest: {
    queueUrl: 'UPLOAD_QUEUE_URL',
    // A file may take all the time that there is.
    batchSize: 1,
    concurrency: 2,
    load: () => import('../handlers/ingest.ts'),
  },
} satisfies Record<string, QueueFunction>;

export type FunctionName = keyof typeof FUNCTIONS;
