import { MessageSpy, type SqsStore } from './fauxqs.ts';

/** Messages of one queue since the start. */
export interface MessageCounts {
  /** Those that it has taken, moves to a dead-letter queue included; receives and returns do not count. */
  taken: number;
  /** Those that were deleted after a receive; moves to a dead-letter queue and purges do not count. */
  deleted: number;
}

/**
 * Counts what goes into and out of each queue.
 *
 * @returns totals since the start, by the queue's name
 */
export function countMessages(sqsStore: SqsStore): ReadonlyMap<string, MessageCounts> {
  const counts = new Map<string, MessageCounts>();
  class CountedMessages extends MessageSpy {
    override addMessage(event: Parameters<MessageSpy['addMessage']>[0]): void {
      if (event.service !== 'sqs' || event.status === 'dlq') return;
      let count = counts.get(event.queueName);
      if (!count) {
        count = { taken: 0, deleted: 0 };
        counts.set(event.queueName, count);
      }
      if (event.status === 'published') count.taken++;
      else count.deleted++;
    }
  }
  // Queues take their store's spy over when they are made.
  sqsStore.spy = new CountedMessages();
  return counts;
}
