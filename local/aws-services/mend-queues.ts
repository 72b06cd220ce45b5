import { type FauxqsApp, INVALID_MESSAGE_BODY_CHAR, SqsQueue, type SqsStore } from './fauxqs.ts';
import { MessageList } from './message-list.ts';

const BEYOND_UFFFF = /[\u{10000}-\u{10FFFF}]/gu;

/**
 * Patches fauxqs' queues so that they behave like SQS where it matters to the pipeline:
 *
 * - A body may contain characters beyond U+FFFF, such as emoji. fauxqs refuses them as lone surrogates.
 * - The move to a dead-letter queue does not count as a receive, because no consumer received the message.
 * - Receiving from a long queue costs the same as from a short one. fauxqs moves all remaining messages.
 * - A receive costs the same with any number of messages in flight. fauxqs scans all of them.
 * - A message wakes one long poll. fauxqs wakes all, and all but one return nothing.
 * - A message whose visibility timeout has expired counts as visible. fauxqs notices only at the next receive, and
 *   dead-letter queues are not polled.
 * - A long poll whose client has disconnected receives nothing. fauxqs hides a message for its visibility timeout.
 */
export function mendQueues(app: FauxqsApp, sqsStore: SqsStore): void {
  mendCharacters();
  mendRedrive();
  mendOrder(sqsStore);
  mendTimers();
  mendWaking();
  mendCounts();

  app.addHook('onSend', (request, _reply, payload, done) => {
    if (request.raw.socket.destroyed && request.headers['x-amz-target'] === 'AmazonSQS.ReceiveMessage') {
      const { QueueUrl } = request.body as { QueueUrl: string };
      const { Messages = [] } = JSON.parse(String(payload)) as { Messages?: { ReceiptHandle: string }[] };
      for (const { ReceiptHandle } of Messages) returnUnseen(sqsStore.getQueue(QueueUrl), ReceiptHandle);
    }
    done();
  });
}

function returnUnseen(queue: SqsQueue | undefined, receiptHandle: string): void {
  const taken = queue?.inflightMessages.get(receiptHandle);
  if (!queue || !taken) return;
  taken.message.approximateReceiveCount--;
  queue.changeVisibility(receiptHandle, 0);
}

/** Legal characters: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
function mendCharacters(): void {
  const isInvalid = INVALID_MESSAGE_BODY_CHAR.test.bind(INVALID_MESSAGE_BODY_CHAR);
  INVALID_MESSAGE_BODY_CHAR.test = (body) => isInvalid(body) && isInvalid(body.replace(BEYOND_UFFFF, ''));
}

function mendRedrive(): void {
  const { dequeue } = SqsQueue.prototype;
  SqsQueue.prototype.dequeue = function (maxCount, visibilityTimeout, findQueue) {
    return dequeue.call(this, maxCount, visibilityTimeout, (arn) => {
      const deadLetters = findQueue?.(arn);
      return (
        deadLetters &&
        Object.create(deadLetters, {
          enqueue: {
            value: (message: Parameters<SqsQueue['enqueue']>[0]) => {
              message.approximateReceiveCount--;
              deadLetters.enqueue(message);
            },
          },
        })
      );
    });
  };
}

function mendOrder(sqsStore: SqsStore): void {
  const { createQueue } = sqsStore;
  sqsStore.createQueue = function (...args) {
    const queue = createQueue.apply(this, args);
    let messages = new MessageList(queue.messages);
    Object.defineProperty(queue, 'messages', {
      get: () => messages,
      // A purge assigns a new list.
      set(begun: Iterable<SqsQueue['messages'][number]>) {
        messages = new MessageList(begun);
      },
    });
    return queue;
  };
}

/** Without this, 1,000 messages in flight took a tenth of the processor time of confirming. */
function mendTimers(): void {
  const prototype = SqsQueue.prototype as unknown as {
    processTimers(this: SqsQueue): void;
    notifyWaiters(this: SqsQueue): void;
  };
  const { processTimers } = prototype;
  const { dequeue, changeVisibility } = SqsQueue.prototype;
  /** Epoch ms before which no message in flight becomes visible again. */
  const quietUntil = new WeakMap<SqsQueue, number>();

  function expectAfter(queue: SqsQueue, seconds: number): void {
    const known = quietUntil.get(queue);
    if (known !== undefined) quietUntil.set(queue, Math.min(known, Date.now() + seconds * 1_000));
  }

  prototype.processTimers = function () {
    const now = Date.now();
    const isQuiet = now < (quietUntil.get(this) ?? 0) && this.delayedMessages.length === 0;
    if (isQuiet && !this.isFifo()) {
      if (this.messages.length > 0) prototype.notifyWaiters.call(this);
      return;
    }
    processTimers.call(this);
    let quiet = Number.POSITIVE_INFINITY;
    for (const { visibilityDeadline } of this.inflightMessages.values())
      quiet = Math.min(quiet, visibilityDeadline);
    quietUntil.set(this, quiet);
  };
  SqsQueue.prototype.dequeue = function (maxCount, visibilityTimeout, findQueue) {
    const taken = dequeue.call(this, maxCount, visibilityTimeout, findQueue);
    expectAfter(this, visibilityTimeout ?? Number(this.attributes.VisibilityTimeout));
    return taken;
  };
  SqsQueue.prototype.changeVisibility = function (receiptHandle, seconds) {
    expectAfter(this, seconds);
    return changeVisibility.call(this, receiptHandle, seconds);
  };
}

function mendWaking(): void {
  const prototype = SqsQueue.prototype as unknown as { notifyWaiters(this: SqsQueue): void };
  const { notifyWaiters } = prototype;
  const waking = new WeakSet<SqsQueue>();

  prototype.notifyWaiters = function () {
    if (this.isFifo()) return notifyWaiters.call(this);
    if (this.pollWaiters.length === 0 || waking.has(this)) return;
    waking.add(this);
    // Waits for the next turn of the event loop, in which the whole batch is enqueued and the previous long poll has received.
    setImmediate(() => {
      waking.delete(this);
      const waiter = this.messages.length > 0 ? this.pollWaiters.shift() : undefined;
      if (!waiter) return;
      clearTimeout(waiter.timer);
      waiter.resolve();
      prototype.notifyWaiters.call(this);
    });
  };
}

function mendCounts(): void {
  const prototype = SqsQueue.prototype as unknown as { processTimers(this: SqsQueue): void };
  const { getAllAttributes } = SqsQueue.prototype;
  SqsQueue.prototype.getAllAttributes = function (requested) {
    prototype.processTimers.call(this);
    return getAllAttributes.call(this, requested);
  };
}
