import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import type { Order } from '../order/order.ts';
import { readBatchAnswer } from './batch-answers.ts';
import { converted } from './service-error.ts';

/** SQS quotas of a batch request: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LIMITS = { maxEntries: 10, maxBytes: 1_048_576 };
const OPERATION = 'SendMessageBatch';

/** What became of one order: the SQS message id, or why it is not in the queue. */
export type SendOutcome = EntryOutcome<{ messageId: string }>;

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
  async function sendBatch(bodies: readonly string[]) {
    const entries = bodies.map((body, position) => ({ Id: String(position), MessageBody: body }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
    const answer = await converted(OPERATION, client.send(command));
    return readBatchAnswer(OPERATION, bodies.length, answer, ({ MessageId = '' }) => ({
      messageId: MessageId,
    }));
  }

  return {
    async send(orders) {
      const bodies = orders.map((order) => JSON.stringify(order));
      return sendInBatches(bodies, {
        ...LIMITS,
        sizeOf: Buffer.byteLength,
        send: sendBatch,
        endAtFailure: true,
      });
    },
  };
}
