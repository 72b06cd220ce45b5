import type { HeapItem } from './heap.ts';

/** A message attribute in SQS's format. */
export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, optionally with a label such as `Number.int`. */
  DataType: string;
  StringValue?: string;
  /** Base64. */
  BinaryValue?: string;
}

/** A message to send, checked against SQS's limits. */
export interface NewMessage {
  body: string;
  attributes?: Readonly<Record<string, MessageAttribute>>;
  /** X-Ray's trace header, the only system attribute that a sender can set. */
  traceHeader?: string | undefined;
  /** FIFO queues order the messages of a group. Standard queues deliver groups fairly. */
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
  /** Seconds until the message is visible. Default: the queue's `DelaySeconds`. */
  delaySeconds?: number | undefined;
}

/** The result of a send. */
export interface SentMessage {
  messageId: string;
  md5OfBody: string;
  md5OfAttributes?: string;
  md5OfSystemAttributes?: string;
  /** FIFO queues only. */
  sequenceNumber?: string;
}

/** A message of a queue as it was sent. This part never changes. */
export interface MessageContent {
  id: string;
  body: string;
  attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
  traceHeader?: string | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
  sequenceNumber?: string | undefined;
  /** ARN of the queue from which the message was moved to this dead-letter queue. */
  sourceArn?: string | undefined;
  /** Epoch ms of the first send. */
  sentAt: number;
}

/** The state of a message that its receives change. All times are epoch ms. */
export interface Delivery {
  receiveCount: number;
  firstReceivedAt: number;
  receivedAt: number;
  /** Time at which the message is visible again after its last receive. */
  visibleAt: number;
}

/** A message in a queue. Its key in a heap is the time at which it was sent. */
export interface Message extends HeapItem {
  content: MessageContent;
  receiveCount: number;
  firstReceivedAt: number;
  receivedAt: number;
  /** Present while the message is delayed or in flight. */
  hidden?: Hidden | undefined;
  /** Position in the order of delivery. */
  order: number;
  /** Whether the message was removed while it was waiting for a receive. */
  isGone: boolean;
}

/** The time for which a message is invisible. Its key in a heap is the end of that time. */
export interface Hidden extends HeapItem {
  message: Message;
  isDelay: boolean;
}

/** A received message. */
export interface ReceivedMessage {
  content: MessageContent;
  receiptHandle: string;
  /** Number of receives, this one included. */
  receiveCount: number;
  /** Epoch ms. */
  firstReceivedAt: number;
}
