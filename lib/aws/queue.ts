import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { CONCURRENCY, type EntryAnswer, type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { withServiceErrors } from '../errors.ts';
import type { Order } from '../order/order.ts';
import { toEntryAnswers } from './batch-answers.ts';

/** SQS quotas of a batch request: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LIMITS = { maxEntries: 10, maxBytes: 1_048_576 };

/** Messages that are worth sending, or deleting, together: full requests, as many as are made concurrently. */
export const FULL_LOAD = LIMITS.maxEntries * CONCURRENCY;

/** A message to be sent. */
export interface MessageContent {
  body: string;
  attributes?: Record<string, MessageAttributeValue>;
}

/** A message that was received. */
export interface ReceivedMessage extends Required<MessageContent> {
  /** SQS message id. */
  id: string;
  receiptHandle: string;
  /** When it was sent to its first queue, in epoch milliseconds. */
  sentAt: number;
}

/** What became of one message: its SQS message id, or why it is not in the queue. */
export type SendOutcome = EntryOutcome<{ messageId: string }>;

export interface SendOptions {
  /** Whether a request that fails ends the sending: what has not been sent by then fails with the same error. Default: false. */
  endAtFailure?: boolean;
}

export interface ReceiveOptions {
  /** 1…10. */
  maxMessages: number;
  /** Seconds for which the messages are hidden from other receivers. */
  visibilityTimeout: number;
  /** Seconds to wait for the first message, 0…20. */
  waitSeconds: number;
}

/**
 * Number of messages in a queue, approximately: SQS's counts are right a minute after the last change.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
 */
export interface QueueDepth {
  visible: number;
  inFlight: number;
  delayed: number;
}

/** All messages of a queue: visible, in flight and delayed. */
export const messagesIn = ({ visible, inFlight, delayed }: QueueDepth): number =>
  visible + inFlight + delayed;

/**
 * One SQS queue.
 *
 * Batch in, batch out: messages go in as few requests as the limits allow, several of them concurrently. Each message has its
 * outcome, in the order given; a batch method never throws.
 */
export interface Queue {
  /**
   * Sends messages. One that failed may have been sent all the same, if the answer was lost.
   *
   * @returns outcomes, and the number of requests made
   */
  send(
    messages: readonly MessageContent[],
    options?: SendOptions,
  ): Promise<{ outcomes: SendOutcome[]; requests: number }>;
  /**
   * Receives messages with one request.
   *
   * @returns none when none became visible in time
   * @throws ServiceError
   */
  receive(options: ReceiveOptions): Promise<ReceivedMessage[]>;
  /** Deletes messages in flight. One that failed becomes visible again. */
  delete(receiptHandles: readonly string[]): Promise<EntryOutcome<void>[]>;
  /**
   * Sets when messages in flight become visible again. One that failed keeps the visibility timeout it has.
   *
   * @param seconds 0…43,200 from now
   */
  changeVisibility(receiptHandles: readonly string[], seconds: number): Promise<EntryOutcome<void>[]>;
  /**
   * @returns its ARN, and the seconds for which a received message is hidden by default
   * @throws ServiceError
   */
  describe(): Promise<{ arn: string; visibilityTimeout: number }>;
  /** @throws ServiceError */
  depth(): Promise<QueueDepth>;
}

/** @param queueUrl URL of the queue */
export function createQueue(client: SQSClient, queueUrl: string): Queue {
  async function readAttributes(
    ...names: QueueAttributeName[]
  ): Promise<Partial<Record<QueueAttributeName, string>>> {
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: names });
    const { Attributes = {} } = await withServiceErrors('GetQueueAttributes', client.send(command));
    return Attributes;
  }

  async function forEach(
    receiptHandles: readonly string[],
    send: (handles: readonly string[]) => Promise<(EntryAnswer<void> | undefined)[]>,
  ): Promise<EntryOutcome<void>[]> {
    const { outcomes } = await sendInBatches(receiptHandles, { maxEntries: LIMITS.maxEntries, send });
    return outcomes;
  }

  return {
    async send(messages, { endAtFailure = false } = {}) {
      async function send(batch: readonly MessageContent[]) {
        const entries = batch.map(({ body, attributes }, position) => ({
          Id: String(position),
          MessageBody: body,
          ...(attributes && { MessageAttributes: attributes }),
        }));
        const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
        const answer = await withServiceErrors('SendMessageBatch', client.send(command));
        return toEntryAnswers('SendMessageBatch', batch.length, answer, ({ MessageId = '' }) => ({
          messageId: MessageId,
        }));
      }
      return sendInBatches(messages, { ...LIMITS, sizeOf, send, endAtFailure });
    },

    async receive({ maxMessages, visibilityTimeout, waitSeconds }) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: maxMessages,
        VisibilityTimeout: visibilityTimeout,
        WaitTimeSeconds: waitSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      const { Messages = [] } = await withServiceErrors('ReceiveMessage', client.send(command));
      return Messages.map(toReceived);
    },

    async delete(receiptHandles) {
      return forEach(receiptHandles, async (handles) => {
        const entries = handles.map((handle, position) => ({ Id: String(position), ReceiptHandle: handle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
        const answer = await withServiceErrors('DeleteMessageBatch', client.send(command));
        return toEntryAnswers('DeleteMessageBatch', handles.length, answer, () => undefined);
      });
    },

    async changeVisibility(receiptHandles, seconds) {
      return forEach(receiptHandles, async (handles) => {
        const entries = handles.map((handle, position) => ({
          Id: String(position),
          ReceiptHandle: handle,
          VisibilityTimeout: seconds,
        }));
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries });
        const answer = await withServiceErrors('ChangeMessageVisibilityBatch', client.send(command));
        return toEntryAnswers('ChangeMessageVisibilityBatch', handles.length, answer, () => undefined);
      });
    },

    async describe() {
      const { QueueArn = '', VisibilityTimeout } = await readAttributes('QueueArn', 'VisibilityTimeout');
      return { arn: QueueArn, visibilityTimeout: Number(VisibilityTimeout) };
    },

    async depth() {
      const attributes = await readAttributes(
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      );
      return {
        visible: Number(attributes.ApproximateNumberOfMessages ?? 0),
        inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      };
    },
  };
}

/**
 * Sends orders as JSON, as each producer does. It ends at the first request that fails: a producer has a time limit, and behind
 * each such failure are seconds of the SDK's own attempts.
 *
 * @returns one outcome per order, in the order given, and the number of requests made
 */
export async function sendOrders(
  orderQueue: Pick<Queue, 'send'>,
  orders: readonly Order[],
): Promise<{ outcomes: SendOutcome[]; requests: number }> {
  const messages = orders.map((order) => ({ body: JSON.stringify(order) }));
  return orderQueue.send(messages, { endAtFailure: true });
}

/** Bytes by which SQS measures a message: attributes count with their names, types and values. */
function sizeOf({ body, attributes = {} }: MessageContent): number {
  return Object.entries(attributes).reduce(
    (bytes, [name, { DataType = '', StringValue = '', BinaryValue = [] }]) =>
      bytes + Buffer.byteLength(name + DataType + StringValue) + BinaryValue.length,
    Buffer.byteLength(body),
  );
}

function toReceived(message: Message): ReceivedMessage {
  const { MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} } = message;
  return {
    id: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: MessageAttributes,
    sentAt: Number(Attributes.SentTimestamp),
  };
}
