import { SqsQueue } from './fauxqs.ts';

type SqsMessage = Parameters<SqsQueue['enqueue']>[0];

/** Ages of messages. */
export interface MessageAges {
  /**
   * Returns the epoch second at which the queue's oldest message was sent, in flight or not; `undefined` for an empty
   * queue.
   */
  oldest(queue: SqsQueue): number | undefined;
  /** Adds the messages of queues that were loaded from disk. */
  takeIn(queues: Iterable<SqsQueue>): void;
}

/**
 * Counts the messages of each queue by the second in which they were sent. The oldest one is then known without a
 * scan of the queue, which may contain a million messages in no particular order.
 */
export function watchAges(): MessageAges {
  const countsOf = new WeakMap<SqsQueue, Map<number, number>>();

  function change(queue: SqsQueue, { sentTimestamp }: SqsMessage, by: 1 | -1): void {
    let counts = countsOf.get(queue);
    if (!counts) {
      counts = new Map();
      countsOf.set(queue, counts);
    }
    const second = Math.floor(sentTimestamp / 1_000);
    const count = (counts.get(second) ?? 0) + by;
    if (count > 0) counts.set(second, count);
    else counts.delete(second);
  }

  const { enqueue, deleteMessage, dequeue, purge } = SqsQueue.prototype;
  SqsQueue.prototype.enqueue = function (message) {
    change(this, message, 1);
    enqueue.call(this, message);
  };
  SqsQueue.prototype.deleteMessage = function (receiptHandle) {
    const taken = this.inflightMessages.get(receiptHandle);
    if (taken) change(this, taken.message, -1);
    return deleteMessage.call(this, receiptHandle);
  };
  SqsQueue.prototype.purge = function () {
    countsOf.delete(this);
    purge.call(this);
  };
  SqsQueue.prototype.dequeue = function (maxCount, visibilityTimeout, findQueue) {
    return dequeue.call(this, maxCount, visibilityTimeout, (arn) => {
      const deadLetters = findQueue?.(arn);
      const leave = (message: SqsMessage) => {
        change(this, message, -1);
        deadLetters?.enqueue(message);
      };
      return deadLetters && Object.create(deadLetters, { enqueue: { value: leave } });
    });
  };

  return {
    oldest(queue) {
      let oldest: number | undefined;
      for (const second of countsOf.get(queue)?.keys() ?? [])
        if (oldest === undefined || second < oldest) oldest = second;
      return oldest;
    },
    takeIn(queues) {
      for (const queue of queues) {
        const { ready, delayed, inflight } = queue.inspectMessages();
        for (const message of ready) change(queue, message, 1);
        for (const message of delayed) change(queue, message, 1);
        for (const { message } of inflight) change(queue, message, 1);
      }
    },
  };
}
