import type { Storage, StoredMap } from '../aws-services/storage.ts';
import type { Delivery, Message, MessageContent } from './message.ts';

/** A message as stored. */
export interface StoredMessage {
  queue: string;
  content: MessageContent;
  /** Epoch ms at which its delay ends. */
  delayedUntil?: number;
}

/** A message that a FIFO queue accepted. */
export interface Accepted {
  messageId: string;
  sequenceNumber: string;
  /** Epoch ms. */
  at: number;
}

/**
 * The messages of all queues in the storage. A message's content is written only once. Receives change a small value of their
 * own, the delivery.
 */
export interface MessageStore {
  readonly contents: StoredMap<StoredMessage>;
  readonly deliveries: StoredMap<Delivery>;
  /** Accepted messages of FIFO queues by queue and deduplication id. */
  readonly accepted: StoredMap<Accepted>;
}

/** Opens the maps of a storage. */
export function openMessageStore(storage: Storage): MessageStore {
  return {
    contents: storage.map('sqs_messages'),
    deliveries: storage.map('sqs_deliveries'),
    accepted: storage.map('sqs_accepted'),
  };
}

/** Stores the state that the last receive changed. */
export function saveDelivery({ deliveries }: MessageStore, message: Message): void {
  const { receiveCount, firstReceivedAt, receivedAt, hidden } = message;
  const visibleAt = hidden && !hidden.isDelay ? hidden.at : 0;
  if (receiveCount === 0) deliveries.delete(message.content.id);
  else deliveries.set(message.content.id, { receiveCount, firstReceivedAt, receivedAt, visibleAt });
}

/** Removes a message from the storage. */
export function removeMessage(store: MessageStore, { content, receiveCount }: Message): void {
  store.contents.delete(content.id);
  if (receiveCount > 0) store.deliveries.delete(content.id);
}
