import { type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { converted } from '../errors.ts';
import { type MessageContent, type SendOutcome, sendMessages } from './send-messages.ts';

/** A message that was received. */
export interface ReceivedMessage extends Required<MessageContent> {
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
  send(messages: readonly MessageContent[]): Promise<SendOutcome[]>;
}

/** @param queueUrl URL of the queue */
export function createQueueMessages(client: SQSClient, queueUrl: string): QueueMessages {
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
      const { outcomes } = await sendMessages(client, queueUrl, messages);
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
