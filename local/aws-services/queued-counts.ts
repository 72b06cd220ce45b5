import { MessageSpy, type SqsStore } from './fauxqs.ts';

/**
 * Counts the messages that each queue takes, moves to a dead-letter queue included; receives and returns do not count.
 *
 * @returns totals since the start, by the queue's name
 */
export function countQueued(sqsStore: SqsStore): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  class QueuedMessages extends MessageSpy {
    override addMessage(event: Parameters<MessageSpy['addMessage']>[0]): void {
      if (event.service !== 'sqs' || event.status !== 'published') return;
      counts.set(event.queueName, (counts.get(event.queueName) ?? 0) + 1);
    }
  }
  // Queues take their store's spy over when they are made.
  sqsStore.spy = new QueuedMessages();
  return counts;
}
