import { type MessageAttributeValue, PublishBatchCommand, type SNSClient } from '@aws-sdk/client-sns';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { withServiceErrors } from '../errors.ts';
import { toEntryAnswers } from './batch-answers.ts';

/**
 * SNS quotas of PublishBatch: ten entries, 256 KiB over all of them
 * (https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html). 1 KiB an entry is set aside for subject and attributes.
 */
const LIMITS = { maxEntries: 10, maxBytes: 262_144 - 10 * 1_024 };
/** Requests made concurrently: the whole of a consumer's batch, 100 orders, goes in one round trip. */
const CONCURRENCY = 10;
const OPERATION = 'PublishBatch';

/** A message for the subscribers of a topic, whatever their protocol. */
export interface TopicMessage {
  /** Of an e-mail. */
  subject: string;
  /** Text by protocol; `default` is for each protocol without a text of its own, so it is sent once for all of them. */
  body: { default: string } & { readonly [protocol: string]: string };
  /** Message attributes, by which subscriptions filter. */
  attributes: Record<string, MessageAttributeValue>;
}

/** What became of one publish: the SNS message id, or why it was not accepted. */
export type PublishOutcome = EntryOutcome<{ snsMessageId: string }>;

/** One SNS topic. */
export interface Topic {
  /**
   * Publishes messages in as few requests as the limits allow, several of them concurrently.
   *
   * @returns one outcome per message, in the order given; never throws
   */
  publish(messages: readonly TopicMessage[]): Promise<PublishOutcome[]>;
}

/** @param topicArn ARN of the topic */
export function createTopic(client: SNSClient, topicArn: string): Topic {
  async function send(batch: readonly Entry[]) {
    const entries = batch.map((entry, position) => ({ ...entry, Id: String(position) }));
    const command = new PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries: entries });
    const answer = await withServiceErrors(OPERATION, client.send(command));
    return toEntryAnswers(OPERATION, batch.length, answer, ({ MessageId = '' }) => ({
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
