import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { openSns } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';
import { consumeBatches } from './consume-batches.ts';
import { toPublish } from './to-publish.ts';

/**
 * sqs-consumer whose handler publishes a batch of ten with one request. It returns the published messages, which sqs-consumer
 * deletes; the others become visible again.
 */
export const contend: Contend = async ({ concurrency }) => {
  const sns = openSns();
  const TopicArn = process.env.ORDER_EVENTS_TOPIC_ARN;
  return consumeBatches(concurrency, async (messages) => {
    const entries = messages.map(({ Body = '' }, position) => {
      const { TopicArn: _, ...publish } = toPublish(Body);
      return { ...publish, Id: String(position) };
    });
    const { Successful = [] } = await sns.send(
      new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }),
    );
    const published = new Set(Successful.map(({ Id }) => Id));
    return messages.filter((_message, position) => published.has(String(position)));
  });
};
