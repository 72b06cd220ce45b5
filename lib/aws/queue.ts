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
import { CONCURRENCY, type EntryOutcome, type EntryResult, sendInBatches } from '../batch/send-in-batches.ts';
import { withServiceErrors } from '../errors.ts';
import type { Order } from '../order/order.ts';
import { toEntryResults } from './batch-response.ts';

/** SQS quotas of a batch request: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LIMITS = { maxEntries: 10, maxBytes: 1_048_576 };

/** Messages to send or delete with one call: full requests, as many as are made concurrently. */
export const FULL_LOAD = LIMITS.maxEntries * CONCURRENCY;

/** A message to send. */
export interface MessageContent {
  body: string;
  attributes?: Record<string, MessageAttributeValue>;
}

/** A received message. */
export interface ReceivedMessage extends Required<MessageContent> {
  /** SQS message id. */
  id: string;
  receiptHandle: string;
  /** When it was sent to its first queue, in epoch milliseconds. */
  sentAt: number;
}

/** Outcome of sending one message: its SQS message id, or why the message was not sent. */
export type SendOutcome = EntryOutcome<{ messageId: string }>;

export interface SendOptions {
  /** Whether to stop at the first failed request. Messages not sent by then fail with the same error. Default: false. */
  endAtFailure?: boolean;
}

export interface ReceiveOptions {
  /** 1 to 10. */
  maxMessages: number;
  /** Seconds for which the messages are hidden from other receivers. */
  visibilityTimeout: number;
  /** Seconds to wait for the first message, 0 to 20. */
  waitSeconds: number;
}

/**
 * Approximate number of messages in a queue. SQS's counts are exact only a minute after the last change.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
 */
export interface QueueDepth {
  visible: number;
  inFlight: number;
  delayed: number;
}

/** Returns the number of all messages of a queue: visible, in flight and delayed. */
export const messagesIn = ({ visible, inFlight, delayed }: QueueDepth): number =>
  visible + inFlight + delayed;

/**
 * One SQS queue.
 *
 * Batch methods make as few requests as the limits allow, several of them concurrently. They return one outcome per message, in
 * the order given, and never throw.
 */
export interface Queue {
  /**
   * Sends messages. A message whose outcome is a failure may still have been sent, if the response was lost.
   *
   * @returns One outcome per message, and the number of requests made.
   */
  send(
    messages: readonly MessageContent[],
    options?: SendOptions,
  ): Promise<{ outcomes: SendOutcome[]; requests: number }>;
  /**
   * Receives messages with one request.
   *
   * @returns The messages; none if none became visible in time.
   * @throws ServiceError
   */
  receive(options: ReceiveOptions): Promise<ReceivedMessage[]>;
  /** Deletes messages in flight. A message that could not be deleted becomes visible again. */
  delete(receiptHandles: readonly string[]): Promise<EntryOutcome<void>[]>;
  /**
   * Sets when messages in flight become visible again. A message that could not be changed keeps its visibility timeout.
   *
   * @param seconds Seconds from now, 0 to 43,200.
   */
  changeVisibility(receiptHandles: readonly string[], seconds: number): Promise<EntryOutcome<void>[]>;
  /**
   * Reads the queue's ARN and its default visibility timeout in seconds.
   *
   * @throws ServiceError
   */
  describe(): Promise<{ arn: string; visibilityTimeout: number }>;
  /**
   * Counts the queue's messages.
   *
   * @throws ServiceError
   */
  depth(): Promise<QueueDepth>;
}

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
    send: (handles: readonly string[]) => Promise<(EntryResult<void> | undefined)[]>,
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
        const response = await withServiceErrors('SendMessageBatch', client.send(command));
        return toEntryResults('SendMessageBatch', batch.length, response, ({ MessageId = '' }) => ({
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
        const response = await withServiceErrors('DeleteMessageBatch', client.send(command));
        return toEntryResults('DeleteMessageBatch', handles.length, response, () => undefined);
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
        const response = await withServiceErrors('ChangeMessageVisibilityBatch', client.send(command));
        return toEntryResults('ChangeMessageVisibilityBatch', handles.length, response, () => undefined);
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
 * Sends orders as JSON. Stops at the first failed request: callers have a time limit, and each failure takes seconds of the
 * SDK's own attempts.
 *
 * @returns One outcome per order, in the order given, and the number of requests made.
 */
export async function sendOrders(
  orderQueue: Pick<Queue, 'send'>,
  orders: readonly Order[],
): Promise<{ outcomes: SendOutcome[]; requests: number }> {
  const messages = orders.map((order) => ({ body: JSON.stringify(order) }));
  return orderQueue.send(messages, { endAtFailure: true });
}

/** Size of a message as SQS counts it: attributes count with their names, types and values. */
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
