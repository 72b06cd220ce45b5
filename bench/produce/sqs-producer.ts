import pMap from 'p-map';
import { Producer } from 'sqs-producer';
import { inBatches } from '../../lib/batch/chunk.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { openSqs } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';

/** Maximum number of messages that sqs-producer sends with one request. */
const MAX_BATCH = 10;

/**
 * sqs-producer. With concurrency 1 all orders are in one call, which sends one request after the other. Otherwise there are
 * that many concurrent calls with one request each.
 */
export const contend: Contend = async ({ orders, seed, concurrency }) => {
  const producer = Producer.create({ queueUrl: process.env.ORDER_QUEUE_URL ?? '', sqs: openSqs() });
  return async () => {
    const batches = inBatches(
      generateOrders({ count: orders, seed }),
      concurrency === 1 ? orders : MAX_BATCH,
    );
    await pMap(
      batches,
      (batch) => producer.send(batch.map((order) => ({ id: order.order_id, body: JSON.stringify(order) }))),
      { concurrency },
    );
  };
};
