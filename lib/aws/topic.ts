import { type MessageAttributeValue, PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { withServiceErrors } from '../errors.ts';
import { toEntryResults } from './batch-response.ts';

/**
 * SNS quotas of PublishBatch: ten entries of 256 KiB in total
 * (https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html). 1 KiB an entry is reserved for subject and attributes.
 */
const LIMITS = { maxEntries: 10, maxBytes: 262_144 - 10 * 1_024 };
/** Concurrent requests: a consumer's batch of 100 orders is published in one round trip. */
const CONCURRENCY = 10;
const OPERATION = 'PublishBatch';

/** A message for the subscribers of a topic, of any protocol. */
export interface TopicMessage {
  /** Subject of the e-mail. */
  subject: string;
  /** Text by protocol. Protocols without a text of their own get `default`. */
  body: { default: string } & { readonly [protocol: string]: string };
  /** Message attributes, for the filter policies of subscriptions. */
  attributes: Record<string, MessageAttributeValue>;
}

/** Outcome of one publish: the SNS message id, or why SNS did not accept the message. */
export type PublishOutcome = EntryOutcome<{ snsMessageId: string }>;

/** One SNS topic. */
export interface Topic {
  /**
   * Publishes messages in as few requests as the limits allow, several of them concurrently.
   *
   * @returns One outcome per message, in the order given. Never throws.
   */
  publish(messages: readonly TopicMessage[]): Promise<PublishOutcome[]>;
}

export function createTopic(client: SNSClient, topicArn: string): Topic {
  async function send(batch: readonly Entry[]) {
    const entries = batch.map((entry, position) => ({ ...entry, Id: String(position) }));
    const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: entries });
    const response = await withServiceErrors(OPERATION, client.send(command));
    return toEntryResults(OPERATION, batch.length, response, ({ MessageId = '' }) => ({
      snsMessageId: MessageId,
    }));
  }

  return {
    async publish(messages) {
      const { outcomes } = await sendInBatches(messages.map(toEntry), {
        ...LIMITS,
        concurrency: CONCURRENCY,
        sizeOf: ({ Message }) => Buffer.byteLength(Message),
        send,
      });
      return outcomes;
    },
  };
}

type Entry = ReturnType<typeof toEntry>;

const toEntry = ({ subject, body, attributes }: TopicMessage) => ({
  Subject: subject,
  MessageStructure: 'json',
  Message: JSON.stringify(body),
  MessageAttributes: attributes,
});
