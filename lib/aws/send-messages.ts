import { type MessageAttributeValue, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { CONCURRENCY, type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { converted } from '../errors.ts';
import { readBatchAnswer } from './batch-answers.ts';

/** SQS quotas of a batch request: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LIMITS = { maxEntries: 10, maxBytes: 1_048_576 };
const OPERATION = 'SendMessageBatch';

/** Messages that are worth sending, or deleting, together: full requests, as many as are under way at once. */
export const FULL_LOAD = LIMITS.maxEntries * CONCURRENCY;

/** What a message says. */
export interface MessageContent {
  body: string;
  attributes?: Record<string, MessageAttributeValue>;
}

/** What became of one message: its SQS message id, or why it is not in the queue. */
export type SendOutcome = EntryOutcome<{ messageId: string }>;

/**
 * Puts messages into a queue, as few requests as the limits allow, several at once. Never throws for a part and drops
 * nothing: each message has its outcome, in the order given. One that failed may all the same have been taken, if the answer
 * was lost.
 *
 * @param endAtFailure whether a failure ends it: what has not been sent by then fails for the same reason
 * @returns outcomes, and the number of requests made
 */
export async function sendMessages(
  client: SQSClient,
  queueUrl: string,
  messages: readonly MessageContent[],
  { endAtFailure = false }: { endAtFailure?: boolean } = {},
): Promise<{ outcomes: SendOutcome[]; requests: number }> {
  async function send(batch: readonly MessageContent[]) {
    const entries = batch.map(({ body, attributes }, position) => ({
      Id: String(position),
      MessageBody: body,
      ...(attributes && { MessageAttributes: attributes }),
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
    const answer = await converted(OPERATION, client.send(command));
    return readBatchAnswer(OPERATION, batch.length, answer, ({ MessageId = '' }) => ({
      messageId: MessageId,
    }));
  }
  return sendInBatches(messages, { ...LIMITS, sizeOf, send, endAtFailure });
}

/** Attributes count with their names, types and values. */
function sizeOf({ body, attributes = {} }: MessageContent): number {
  return Object.entries(attributes).reduce(
    (bytes, [name, { DataType = '', StringValue = '', BinaryValue = [] }]) =>
      bytes + Buffer.byteLength(name + DataType + StringValue) + BinaryValue.length,
    Buffer.byteLength(body),
  );
}
