import { SendMessageCommand } from '@aws-sdk/client-sqs';
import pMap, { pMapSkip } from 'p-map';
import { generateOrders } from '../../lib/produce/generator.ts';
import { openSqs } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';

/** A script that enqueues generated orders, each with a request of its own. With concurrency 1 it sends one by one. */
export const contend: Contend = async ({ orders, seed, concurrency }) => {
  const client = openSqs();
  const QueueUrl = process.env.ORDER_QUEUE_URL;
  return async () => {
    await pMap(
      generateOrders({ count: orders, seed }),
      async (order) => {
        await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(order) }));
        return pMapSkip;
      },
      { concurrency },
    );
  };
};
