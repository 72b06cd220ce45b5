import { PublishCommand } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { openSns, openSqs } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';
import { toPublish } from './to-publish.ts';

/**
 * A background application that receives orders from the queue one by one and publishes a notification for each. With a
 * concurrency above 1 it runs that many such loops.
 */
export const contend: Contend = async ({ concurrency }) => {
  const sqs = openSqs();
  const sns = openSns();
  const QueueUrl = process.env.ORDER_QUEUE_URL;

  async function poll(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 1 }),
      );
      for (const { Body = '', ReceiptHandle } of Messages) {
        await sns.send(new PublishCommand(toPublish(Body)));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  }

  return async (stopping) => {
    await Promise.all(Array.from({ length: concurrency }, () => poll(stopping)));
  };
};
