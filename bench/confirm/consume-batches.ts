import { once } from 'node:events';
import type { Message } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { openSqs } from '../processes/clients.ts';

/**
 * Runs consumers of sqs-consumer on the order queue, with batches of ten.
 *
 * @param concurrency Number of consumers.
 * @param handleMessageBatch Returns the messages to delete.
 */
export function consumeBatches(
  concurrency: number,
  handleMessageBatch: (messages: Message[]) => Promise<Message[]>,
): (stopping: AbortSignal) => Promise<void> {
  const sqs = openSqs();
  const queueUrl = process.env.ORDER_QUEUE_URL ?? '';
  const consumers = Array.from({ length: concurrency }, () =>
    Consumer.create({ queueUrl, sqs, batchSize: 10, handleMessageBatch }),
  );
  return async (stopping) => {
    for (const consumer of consumers) {
      consumer.on('error', (error) => stopping.aborted || console.error(error));
      consumer.start();
    }
    await once(stopping, 'abort');
    for (const consumer of consumers) consumer.stop({ abort: true });
  };
}
