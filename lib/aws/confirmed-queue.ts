import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import type { Order } from '../order/order.ts';
import { readBatchAnswer } from './batch-answers.ts';
import { type ConfirmedMessage, toConfirmedMessage } from './confirmed-message.ts';
import { converted } from './service-error.ts';

/** As for `order-queue.ts`; attributes count towards the size. */
const LIMITS = { maxEntries: 10, maxBytes: 1_048_576 - 10 * 1_024 };
const OPERATION = 'SendMessageBatch';

/** An order that was confirmed, and when: epoch milliseconds. */
export interface ConfirmedOrder {
  order: Order;
  confirmedAt: number;
}

/** A queue that is subscribed to the order events topic, past the topic: nobody but its consumer is told. */
export interface ConfirmedQueue {
  /** @returns one outcome per order, in the order given; never throws for a part */
  send(orders: readonly ConfirmedOrder[]): Promise<EntryOutcome<void>[]>;
}

/** @param queueUrl URL of the shipping or the analytics queue */
export function createConfirmedQueue(client: SQSClient, queueUrl: string): ConfirmedQueue {
  async function sendBatch(messages: readonly ConfirmedMessage[]) {
    const Entries = messages.map(({ body, attributes }, position) => ({
      Id: String(position),
      MessageBody: body,
      MessageAttributes: attributes,
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    const answer = await converted(OPERATION, client.send(command));
    return readBatchAnswer(OPERATION, messages.length, answer, () => undefined);
  }

  return {
    async send(orders) {
      const messages = orders.map(({ order, confirmedAt }) => toConfirmedMessage(order, confirmedAt));
      const { outcomes } = await sendInBatches(messages, { ...LIMITS, sizeOf, send: sendBatch });
      return outcomes;
    },
  };
}

const sizeOf = ({ body }: ConfirmedMessage): number => Buffer.byteLength(body);
