import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSEvent } from 'aws-lambda';
import { createInvocationContext } from '../../lib/invocation-context.ts';
import { EventSourceMapping } from '../../local/lambda/event-source-mapping.ts';
import { createClients } from '../../local/stack/clients.ts';
import type { Task } from '../processes/contender.ts';

type Handler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** The consumer's mapping in serverless.yml. */
const BATCH = { batchSize: 100, batchingWindow: 1, timeout: 30 };

/**
 * Runs a Lambda handler as an event source mapping would: batches of up to 100 records or what a second brings, as JSON,
 * in this process. What the handler does not name as failed is deleted, ten to a request.
 */
export function pollForHandler(
  handler: Handler,
  { concurrency }: Task,
): (stopping: AbortSignal) => Promise<void> {
  const { ORDER_QUEUE_URL = '', AWS_ENDPOINT_URL = '', AWS_ENDPOINT_URL_DYNAMODB = '' } = process.env;
  const { sqs } = createClients(AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB);
  return async (stopping) => {
    const mapping = new EventSourceMapping(sqs, {
      queueUrl: ORDER_QUEUE_URL,
      queueArn: 'arn:aws:sqs:us-east-1:000000000000:order-queue',
      ...BATCH,
      maximumConcurrency: concurrency,
      reportsItemFailures: true,
      async invoke(payload) {
        const context = createInvocationContext({
          requestId: 'bench',
          functionName: 'consumer',
          functionArn: '',
          memorySize: '',
          deadline: Date.now() + BATCH.timeout * 1_000,
        });
        return { payload: JSON.stringify(await handler(JSON.parse(payload), context)) ?? 'null' };
      },
      onTrouble: (message) => console.error(message),
    });
    await once(stopping, 'abort');
    await Promise.race([mapping.stop(), sleep(2_000)]);
  };
}
