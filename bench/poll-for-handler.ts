import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSEvent } from 'aws-lambda';
import { EventSourceMapping } from '../local/lambda/event-source-mapping.ts';
import { createClients } from '../local/stack/clients.ts';
import { createInvocationContext } from '../runtime/invocation-context.ts';
import type { Task } from './processes/contender.ts';
import { createSdkQueueReader } from './sdk-queue-reader.ts';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:bench';

type Handler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** A function with its event source mapping, as in serverless.yml. */
export interface HandlerMapping {
  functionName: string;
  queueUrl: string | undefined;
  batchSize: number;
  /** Batching window in seconds. */
  batchingWindow: number;
  /** Timeout of the function in seconds. */
  timeout: number;
}

/** The mapping of the function `consumer`. */
export const CONSUMER_MAPPING = {
  functionName: 'consumer',
  queueUrl: process.env.ORDER_QUEUE_URL,
  batchSize: 100,
  batchingWindow: 1,
  timeout: 30,
};

/**
 * Runs a Lambda handler in this process as an event source mapping would: it passes batches of records as JSON, and deletes the
 * messages that the handler does not report as failed.
 */
export function pollForHandler(
  handler: Handler,
  { functionName, queueUrl = '', timeout, ...batches }: HandlerMapping,
  { concurrency }: Task,
): (stopping: AbortSignal) => Promise<void> {
  const { AWS_ENDPOINT_URL = '', AWS_ENDPOINT_URL_DYNAMODB = '' } = process.env;
  const { sqs } = createClients(AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB);
  return async (stopping) => {
    const mapping = new EventSourceMapping({
      queueArn: QUEUE_ARN,
      reader: createSdkQueueReader(sqs, queueUrl, QUEUE_ARN),
      ...batches,
      maximumConcurrency: concurrency,
      reportsItemFailures: true,
      async invoke(payload) {
        const context = createInvocationContext({
          requestId: 'bench',
          functionName,
          functionArn: '',
          memorySize: '',
          deadline: Date.now() + timeout * 1_000,
        });
        return { payload: JSON.stringify(await handler(JSON.parse(payload), context)) ?? 'null' };
      },
      onError: (message) => console.error(message),
    });
    await once(stopping, 'abort');
    await Promise.race([mapping.stop(), sleep(2_000)]);
  };
}
