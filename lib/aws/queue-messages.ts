import {
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { readBatchAnswer } from './batch-answers.ts';
import { converted } from './service-error.ts';

/** SQS quotas of a batch request: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const LIMITS = { maxEntries: 10, maxBytes: 1_048_576 };
const SEND = 'SendMessageBatch';

/** What a message says, as it is sent again. */
export interface MessageContent {
  body: string;
  attributes: Record<string, MessageAttributeValue>;
}

/** A message that was received. */
export interface ReceivedMessage extends MessageContent {
  /** SQS message id. */
  id: string;
  receiptHandle: string;
  /** When it came into its first queue, epoch ms. */
  sentAt: number;
}

/** The messages of a queue, as those see them who look them through. */
export interface QueueMessages {
  /**
   * Takes messages in hand.
   *
   * @param most 1…10
   * @param seconds for which they are hidden from others
   * @param waitSeconds 0…20 to wait for the first
   * @returns none when there is none to be had
   * @throws ServiceError
   */
  receive(most: number, seconds: number, waitSeconds: number): Promise<ReceivedMessage[]>;
  /**
   * Puts messages into the queue, with their attributes.
   *
   * @returns one outcome per message, in the order given; a failed one may all the same have been taken, if the answer was lost
   */
  send(messages: readonly MessageContent[]): Promise<EntryOutcome<{ messageId: string }>[]>;
}

/** @param queueUrl URL of the queue */
export function createQueueMessages(client: SQSClient, queueUrl: string): QueueMessages {
  async function sendBatch(messages: readonly MessageContent[]) {
    const entries = messages.map(({ body, attributes }, position) => ({
      Id: String(position),
      MessageBody: body,
      MessageAttributes: attributes,
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
    const answer = await converted(SEND, client.send(command));
    return readBatchAnswer(SEND, messages.length, answer, ({ MessageId = '' }) => ({ messageId: MessageId }));
  }

  return {
    async receive(most, seconds, waitSeconds) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: most,
        VisibilityTimeout: seconds,
        WaitTimeSeconds: waitSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      const { Messages = [] } = await converted('ReceiveMessage', client.send(command));
      return Messages.map(toReceived);
    },

    async send(messages) {
      const { outcomes } = await sendInBatches(messages, { ...LIMITS, sizeOf, send: sendBatch });
      return outcomes;
    },
  };
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

/** Attributes count with their names, types and values. */
function sizeOf({ body, attributes }: MessageContent): number {
  return Object.entries(attributes).reduce(
    (bytes, [name, { DataType = '', StringValue = '', BinaryValue = [] }]) =>
      bytes + Buffer.byteLength(name + DataType + StringValue) + BinaryValue.length,
    Buffer.byteLength(body),
  );
}
