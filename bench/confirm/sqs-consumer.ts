import { PublishCommand } from '@aws-sdk/client-sns';
import { openSns } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';
import { consumeBatches } from './consume-batches.ts';
import { toPublish } from './to-publish.ts';

/** sqs-consumer: batches of ten, one publish per message, ten concurrently, and one request to delete the batch. */
export const contend: Contend = async ({ concurrency }) => {
  const sns = openSns();
  return consumeBatches(concurrency, async (messages) => {
    await Promise.all(messages.map(({ Body = '' }) => sns.send(new PublishCommand(toPublish(Body)))));
    return messages;
  });
};
