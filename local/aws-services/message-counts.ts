import { MessageSpy, type SqsStore } from './fauxqs.ts';

/** Message totals of a queue since the start. */
export interface MessageCounts {
  /** Messages that the queue received, including moves to a dead-letter queue. Redeliveries do not count. */
  taken: number;
  /** Messages deleted after a receive. Moves to a dead-letter queue and purges do not count. */
  deleted: number;
}

/**
 * Counts the messages that enter and leave each queue.
 *
 * @returns Totals since the start by queue name.
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
  // Queues copy their store's spy when they are created.
  sqsStore.spy = new CountedMessages();
  return counts;
}
