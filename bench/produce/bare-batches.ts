import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { chunk } from '../../lib/batch/chunk.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { openSqs } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';

/** The upper limit: batches that are prepared beforehand and sent without checking the answers. */
export const contend: Contend = async ({ orders, seed, concurrency, clients }) => {
  const client = openSqs(clients);
  const QueueUrl = process.env.ORDER_QUEUE_URL;
  const bodies = Array.from(generateOrders({ count: orders, seed }), (order) => JSON.stringify(order));
  const batches = chunk(bodies, { maxEntries: 10 }).map((batch) =>
    batch.map((MessageBody, position) => ({ Id: String(position), MessageBody })),
  );
  return async () => {
    await pMap(batches, (Entries) => client.send(new SendMessageBatchCommand({ QueueUrl, Entries })), {
      concurrency,
    });
  };
};
