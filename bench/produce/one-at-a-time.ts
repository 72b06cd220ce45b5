import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { generateOrders } from '../../lib/produce/generator.ts';
import type { Contend } from '../processes/contender.ts';

/** A script that enqueues generated orders one by one. */
export const contend: Contend = async ({ orders, seed }) => {
  const client = new SQSClient({});
  const QueueUrl = process.env.ORDER_QUEUE_URL;
  return async () => {
    for (const order of generateOrders({ count: orders, seed })) {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(order) }));
    }
  };
};
