import { SQSClient } from '@aws-sdk/client-sqs';
import { Producer } from 'sqs-producer';
import { generateOrders } from '../../lib/produce/generator.ts';
import type { Contend } from '../processes/contender.ts';

/** sqs-producer with all orders in one call: it sends ten orders per request, one request after the other. */
export const contend: Contend = async ({ orders, seed }) => {
  const producer = Producer.create({ queueUrl: process.env.ORDER_QUEUE_URL ?? '', sqs: new SQSClient({}) });
  return async () => {
    const messages = Array.from(generateOrders({ count: orders, seed }), (order) => ({
      id: order.order_id,
      body: JSON.stringify(order),
    }));
    await producer.send(messages);
  };
};
