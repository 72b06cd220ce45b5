import { PublishBatchCommand, type PublishBatchRequestEntry, type SNSClient } from '@aws-sdk/client-sns';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { converted } from '../errors.ts';
import { confirmationText } from '../order/confirmation.ts';
import type { Order } from '../order/order.ts';
import { readBatchAnswer } from './batch-answers.ts';
import { toConfirmedMessage } from './confirmed-message.ts';

/**
 * SNS quotas of PublishBatch: ten entries, 256 KiB over all of them
 * (https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html). 1 KiB an entry is set aside for attributes.
 */
const LIMITS = { maxEntries: 10, maxBytes: 262_144 - 10 * 1_024 };
/** Requests under way at once: the whole of a consumer's batch, 100 orders, goes in one round trip. */
const CONCURRENCY = 10;
const OPERATION = 'PublishBatch';

/** What became of one publish: the SNS message id, or why it was not taken. */
export type PublishOutcome = EntryOutcome<{ snsMessageId: string }>;

/** The order events topic as the consumer sees it. */
export interface OrderEvents {
  /**
   * Publishes `OrderConfirmed` for each order. One publish reaches people and machines: readable text for e-mail
   * subscriptions, the event as JSON for queues.
   *
   * @param confirmedAt epoch milliseconds
   * @returns one outcome per order, in the order given; never throws for a part
   */
  publishConfirmed(orders: readonly Order[], confirmedAt: number): Promise<PublishOutcome[]>;
}

/** @param topicArn ARN of the order events topic */
export function createOrderEvents(client: SNSClient, topicArn: string): OrderEvents {
  async function publishBatch(messages: readonly Message[]) {
    const entries = messages.map((message, position) => ({ ...message, Id: String(position) }));
    const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: entries });
    const answer = await converted(OPERATION, client.send(command));
    return readBatchAnswer(OPERATION, messages.length, answer, ({ MessageId = '' }) => ({
      snsMessageId: MessageId,
    }));
  }

  return {
    async publishConfirmed(orders, confirmedAt) {
      const messages = orders.map((order) => toMessage(order, confirmedAt));
      const { outcomes } = await sendInBatches(messages, {
        ...LIMITS,
        concurrency: CONCURRENCY,
        sizeOf,
        send: publishBatch,
      });
      return outcomes;
    },
  };
}

type Message = Omit<PublishBatchRequestEntry, 'Id' | 'Message'> & { Message: string };

function toMessage(order: Order, confirmedAt: number): Message {
  const { subject, text } = confirmationText(order);
  const { body, attributes } = toConfirmedMessage(order, confirmedAt);
  return {
    Subject: subject,
    MessageStructure: 'json',
    // `default` serves queues, and every protocol without a text of its own: the event is sent once, not once for each.
    Message: JSON.stringify({ default: body, email: text }),
    MessageAttributes: attributes,
  };
}

const sizeOf = (message: Message): number => Buffer.byteLength(message.Message);
