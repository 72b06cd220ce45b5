import { type FauxqsApp, INVALID_MESSAGE_BODY_CHAR, SqsQueue, type SqsStore } from './fauxqs.ts';
import { MessageList } from './message-list.ts';

const BEYOND_UFFFF = /[\u{10000}-\u{10FFFF}]/gu;

/**
 * Makes fauxqs' queues behave as SQS does where the pipeline would notice:
 *
 * - characters beyond U+FFFF (emoji, rare CJK names) are legal in a body; fauxqs takes them for lone surrogates;
 * - a receive that ends in the dead-letter queue does not count as one, since no consumer saw the message;
 * - a message costs the same to take out of a long queue as out of a short one; fauxqs moves all that are left;
 * - a receive costs the same however many messages are in flight; fauxqs looks at all of them;
 * - a message wakes one long poll; fauxqs wakes all, and all but one answer empty at once;
 * - messages whose visibility timeout is over count as visible; fauxqs notices at the next receive, and nobody polls a
 *   dead-letter queue;
 * - a long poll whose client has gone takes nothing; fauxqs hides a message for the whole visibility timeout.
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
      // A purge begins a new one.
      set(begun: Iterable<SqsQueue['messages'][number]>) {
        messages = new MessageList(begun);
      },
    });
    return queue;
  };
}

/** 1,000 messages in flight were a tenth of the processor time of confirming. */
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
    // The next turn of the loop: a batch is then enqueued as a whole, and the long poll woken before has taken its share.
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
