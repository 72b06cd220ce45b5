import { once } from 'node:events';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import type { Contend } from '../processes/contender.ts';
import { toPublish } from './to-publish.ts';

/** sqs-consumer: batches of ten, one publish per message, ten concurrently, and one request to delete the batch. */
export const contend: Contend = async ({ concurrency }) => {
  const sqs = new SQSClient({});
  const sns = new SNSClient({});
  const consumers = Array.from({ length: concurrency }, () =>
    Consumer.create({
      queueUrl: process.env.ORDER_QUEUE_URL ?? '',
      sqs,
      batchSize: 10,
      handleMessageBatch: async (messages) => {
        await Promise.all(messages.map(({ Body = '' }) => sns.send(new PublishCommand(toPublish(Body)))));
        return messages;
      },
    }),
  );
  return async (stopping) => {
    for (const consumer of consumers) {
      consumer.on('error', (error) => stopping.aborted || console.error(error));
      consumer.start();
    }
    await once(stopping, 'abort');
    for (const consumer of consumers) consumer.stop({ abort: true });
  };
};
