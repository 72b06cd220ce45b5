import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Order } from '../order/order.ts';
import { type SendOutcome, sendMessages } from './send-messages.ts';

/** The order queue as its producers see it. */
export interface OrderQueue {
  /**
   * Puts orders into the queue, as few requests as the limits allow, several at once. Never throws for a part and
   * drops nothing: each order has its outcome, in the order given.
   *
   * @returns outcomes, and the number of requests made
   */
  send(orders: readonly Order[]): Promise<{ outcomes: SendOutcome[]; requests: number }>;
}

/** @param queueUrl URL of the order queue */
export function createOrderQueue(client: SQSClient, queueUrl: string): OrderQueue {
  return {
    async send(orders) {
      const messages = orders.map((order) => ({ body: JSON.stringify(order) }));
      return sendMessages(client, queueUrl, messages, { endAtFailure: true });
    },
  };
}
