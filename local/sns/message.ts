import type { MessageAttribute } from '../sqs/message.ts';

/** Attributes by name, in SQS's format. `String.Array` is JSON in `StringValue`. */
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message that SNS has accepted. */
export interface PublishedMessage {
  topicArn: string;
  messageId: string;
  subject?: string | undefined;
  /** Returns the text for subscriptions of a protocol, such as `sqs`. */
  textFor(protocol: string): string;
  attributes: MessageAttributes;
  /** ISO 8601. */
  timestamp: string;
  groupId?: string | undefined;
  /** FIFO topics only. */
  deduplicationId?: string | undefined;
  /** FIFO topics only: 20 digits that increase in the topic. */
  sequenceNumber?: string | undefined;
  /** X-Ray's trace header of the publisher. */
  traceHeader?: string | undefined;
}
