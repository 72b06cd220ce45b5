import { hash, randomUUID } from 'node:crypto';
import { arn } from '../stack/account.ts';
import { sizeOf } from './check-message.ts';
import { md5, md5OfAttributes } from './checksum.ts';
import { Deduplication } from './deduplication.ts';
import type {
  Delivery,
  Message,
  MessageContent,
  NewMessage,
  ReceivedMessage,
  SentMessage,
} from './message.ts';
import { type MessageStore, type StoredMessage, saveDelivery } from './message-store.ts';
import { Messages } from './messages.ts';
import { type QueueAttributes, type QueueSettings, toSettings } from './queue-attributes.ts';
import { createHandle, readHandle } from './receipt-handle.ts';
import { nextSequenceNumber } from './sequence-number.ts';
import { invalidParameter, missingParameter, sqsError } from './sqs-error.ts';
import { Waiters } from './waiters.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
const MAX_IN_FLIGHT = 120_000;
/** Longest time in seconds from a receive to the end of all its visibility timeouts. */
const MAX_VISIBILITY = 43_200;

/** Options of {@link Queue}. */
export interface QueueOptions {
  name: string;
  /** Epoch ms. */
  createdAt: number;
  attributes: QueueAttributes;
  store: MessageStore;
  /** Finds the queue's dead-letter queue. */
  byArn(arn: string): Queue | undefined;
}

/** Options of a receive. */
export interface ReceiveOptions {
  /** Maximum number of messages. */
  max: number;
  /** Maximum time to wait for a message. */
  waitMs: number;
  /** Seconds. Default: that of the queue. */
  visibilityTimeout?: number | undefined;
  /** Ends the wait without a message when aborted. */
  signal?: AbortSignal | undefined;
}

/** Numbers of messages of a queue. */
export interface QueueCounts {
  visible: number;
  inFlight: number;
  delayed: number;
  /** Number of groups whose messages are delivered last because too many of them are in flight. */
  noisyGroups: number;
  /** Visible messages of the other groups. */
  visibleInQuietGroups: number;
}

/** A standard or FIFO queue. A timer exists only while receives wait. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  /** Totals since the start. */
  readonly totals = {
    /** Messages that the queue accepted, including moves to a dead-letter queue. Redeliveries do not count. */
    taken: 0,
    /** Messages that consumers deleted. */
    deleted: 0,
  };
  readonly #id: string;
  readonly #store: MessageStore;
  readonly #byArn: QueueOptions['byArn'];
  readonly #deduplication: Deduplication;
  readonly #waiters = new Waiters(() => this.#serve());
  readonly #messages: Messages;
  #attributes: QueueAttributes;
  #settings: QueueSettings;

  constructor({ name, createdAt, attributes, store, byArn }: QueueOptions) {
    this.name = name;
    this.arn = arn('sqs', name);
    this.#id = `${name}/${createdAt}`;
    this.#store = store;
    this.#byArn = byArn;
    this.#deduplication = new Deduplication(store, name);
    this.#attributes = attributes;
    this.#settings = toSettings(attributes);
    this.#messages = new Messages(store, this.#settings.isFifo, () => this.#waiters.wake());
  }

  /** The attributes that can be set. */
  get attributes(): Readonly<QueueAttributes> {
    return this.#attributes;
  }

  set attributes(attributes: QueueAttributes) {
    this.#attributes = attributes;
    this.#settings = toSettings(attributes);
  }

  get settings(): Readonly<QueueSettings> {
    return this.#settings;
  }

  /**
   * Accepts a message.
   *
   * @throws AwsError `InvalidParameterValue` or `MissingParameter` if the message is too large, or if its group or
   *   deduplication id is missing on a FIFO queue
   */
  send(message: NewMessage): SentMessage {
    const { maximumMessageSize, isFifo } = this.#settings;
    if (sizeOf(message.body, message.attributes) > maximumMessageSize) {
      const reason = `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageSize} bytes.`;
      throw sqsError('InvalidParameterValue', reason);
    }
    const now = Date.now();
    const { body, attributes, traceHeader, groupId, delaySeconds = this.#settings.delay } = message;
    const content: MessageContent = {
      id: randomUUID(),
      body,
      ...(attributes && Object.keys(attributes).length > 0 && { attributes }),
      traceHeader,
      groupId,
      deduplicationId: message.deduplicationId,
      sentAt: now,
    };
    if (!isFifo || !this.#isDuplicate(content)) this.#accept(content, delaySeconds);
    return toSentMessage(content);
  }

  /**
   * Receives visible messages, and waits for one if there is none.
   *
   * @throws AwsError `OverLimit` if a standard queue has 120,000 messages in flight
   */
  async receive({ max, waitMs, visibilityTimeout, signal }: ReceiveOptions): Promise<ReceivedMessage[]> {
    if (signal?.aborted) return [];
    this.#update();
    if (this.#messages.inFlight >= MAX_IN_FLIGHT && !this.#settings.isFifo) {
      throw sqsError('OverLimit', `The queue has ${MAX_IN_FLIGHT} messages in flight, the maximum.`);
    }
    const taken = this.#take(max, visibilityTimeout);
    if (taken.length > 0 || waitMs <= 0) return taken;
    const ended = this.#waiters.wait(waitMs, () => this.#take(max, visibilityTimeout), signal);
    this.#waiters.expectAt(this.#messages.nextVisibleAt);
    return ended;
  }

  /** Undoes a receive whose client has disconnected: its messages are visible again, with their former receive count. */
  giveBack(messages: readonly ReceivedMessage[]): void {
    for (const { receiptHandle } of messages) {
      const message = this.#findReceived(receiptHandle);
      if (!message?.hidden) continue;
      message.receiveCount--;
      this.#messages.show(message.hidden);
      saveDelivery(this.#store, message);
    }
  }

  /**
   * Deletes a received message. Succeeds without effect if the message was deleted before, or on a standard queue if
   * it was received again.
   *
   * @throws AwsError `ReceiptHandleIsInvalid`; on a FIFO queue `InvalidParameterValue` for an expired handle
   */
  delete(receiptHandle: string): void {
    this.#update();
    const message = this.#findReceived(receiptHandle);
    if (!message) return;
    if (!message.hidden && this.#settings.isFifo) throw expired(receiptHandle);
    this.#messages.remove(message);
    this.totals.deleted++;
  }

  /**
   * Makes a message in flight visible again after `seconds` from now.
   *
   * @throws AwsError `ReceiptHandleIsInvalid`, `MessageNotInflight` or `InvalidParameterValue`
   */
  changeVisibility(receiptHandle: string, seconds: number): void {
    if (seconds < 0 || seconds > MAX_VISIBILITY) {
      throw invalidParameter(
        'VisibilityTimeout',
        seconds,
        `Must be between 0 and ${MAX_VISIBILITY}, if provided.`,
      );
    }
    this.#update();
    const message = this.#findReceived(receiptHandle);
    if (!message) {
      const reason = 'Message does not exist or is not available for visibility timeout change.';
      throw invalidParameter('ReceiptHandle', receiptHandle, reason);
    }
    if (!message.hidden) {
      if (this.#settings.isFifo) throw expired(receiptHandle);
      throw sqsError('MessageNotInflight', 'The message is not in flight.');
    }
    const now = Date.now();
    if (Math.floor((now - message.receivedAt) / 1_000) + seconds > MAX_VISIBILITY) {
      const reason = `Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY} seconds]`;
      throw invalidParameter('VisibilityTimeout', seconds, reason);
    }
    if (seconds === 0) this.#messages.show(message.hidden);
    else this.#messages.extend(message.hidden, now + seconds * 1_000);
    saveDelivery(this.#store, message);
    this.#waiters.expectAt(this.#messages.nextVisibleAt);
  }

  /** Deletes all messages. */
  purge(): void {
    this.#messages.clear();
  }

  /** Deletes all messages and deduplication ids, and ends the long polls. */
  clear(): void {
    this.purge();
    this.#deduplication.clear();
    this.stop();
  }

  /** Ends the long polls, with no message. */
  stop(): void {
    this.#waiters.close();
  }

  counts(): QueueCounts {
    this.#update();
    const { visible, inFlight, delayed, order } = this.#messages;
    const visibleInQuietGroups = visible - order.waitingInNoisyGroups();
    return { visible, inFlight, delayed, noisyGroups: order.noisyGroups(), visibleInQuietGroups };
  }

  /** Returns the epoch ms at which the oldest message was sent, in flight or not; `undefined` for an empty queue. */
  oldestSentAt(): number | undefined {
    this.#update();
    return this.#messages.oldestSentAt;
  }

  /** Iterates over all messages in the order in which the queue accepted them, and receives none of them. */
  *messages(): Generator<MessageContent> {
    this.#update();
    for (const { content } of this.#messages.all()) yield content;
  }

  /**
   * Moves up to `max` visible messages out of the queue.
   *
   * @param move Called for each message. Returns false to keep the message and to end the move.
   * @returns Number of messages moved
   */
  moveOut(max: number, move: (content: MessageContent) => boolean): number {
    this.#update();
    let moved = 0;
    let isEnded = false;
    const accepts = () => true;
    for (const message of this.#messages.take(max, accepts, accepts)) {
      // The message is in flight for a moment, so that it can become visible again.
      this.#messages.hide(message, 0);
      isEnded ||= !move(message.content);
      if (!isEnded) {
        this.#messages.remove(message);
        moved++;
      } else if (message.hidden) this.#messages.show(message.hidden);
    }
    return moved;
  }

  /** Accepts a message that a move task returns from a dead-letter queue. It is then a new message. */
  redrive(content: MessageContent): void {
    const { sourceArn: _, ...sent } = content;
    this.#accept({ ...sent, id: randomUUID(), sentAt: Date.now() }, this.#settings.delay);
  }

  /** Adds a message of an earlier run. Call it in the order in which the queue accepted the messages. */
  restore(content: MessageContent, delayedUntil = 0, delivery?: Delivery): void {
    const message = this.#messages.add(content);
    if (delivery) {
      message.receiveCount = delivery.receiveCount;
      message.firstReceivedAt = delivery.firstReceivedAt;
      message.receivedAt = delivery.receivedAt;
    }
    const now = Date.now();
    if (delivery && delivery.visibleAt > now) this.#messages.restoreInFlight(message, delivery.visibleAt);
    else if (delayedUntil > now) this.#messages.delay(message, delayedUntil);
    else this.#messages.makeVisible(message);
  }

  /** The deduplication ids, to which those of an earlier run are added. */
  get deduplication(): Pick<Deduplication, 'restore'> {
    return this.#deduplication;
  }

  /** Whether this queue may be the dead-letter queue of another. */
  allowsRedriveFrom(sourceArn: string): boolean {
    const { redrivePermission = 'allowAll', sourceQueueArns = [] } = this.#settings.redriveAllow ?? {};
    return (
      redrivePermission === 'allowAll' ||
      (redrivePermission === 'byQueue' && sourceQueueArns.includes(sourceArn))
    );
  }

  /** Completes the content of a message to a FIFO queue, and returns whether it was sent before. */
  #isDuplicate(content: MessageContent): boolean {
    const { groupId, body, sentAt } = content;
    const { deduplicatesByContent, deduplicatesPerGroup } = this.#settings;
    if (groupId === undefined) throw missingParameter('MessageGroupId');
    content.deduplicationId ??= deduplicatesByContent ? hash('sha256', body) : undefined;
    if (content.deduplicationId === undefined) {
      const message =
        'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
      throw sqsError('InvalidParameterValue', message);
    }
    const key = deduplicatesPerGroup ? `${groupId} ${content.deduplicationId}` : content.deduplicationId;
    const accepted = this.#deduplication.find(key, sentAt);
    if (accepted) {
      content.id = accepted.messageId;
      content.sequenceNumber = accepted.sequenceNumber;
      return true;
    }
    content.sequenceNumber = nextSequenceNumber();
    this.#deduplication.add(key, {
      messageId: content.id,
      sequenceNumber: content.sequenceNumber,
      at: sentAt,
    });
    return false;
  }

  /** Accepts a new message. @param delay Seconds. */
  #accept(content: MessageContent, delay: number): void {
    const message = this.#messages.add(content);
    this.totals.taken++;
    const stored: StoredMessage = { queue: this.name, content };
    if (delay > 0) {
      stored.delayedUntil = this.#messages.delay(message, Date.now() + delay * 1_000);
      this.#waiters.expectAt(this.#messages.nextVisibleAt);
    } else this.#messages.makeVisible(message);
    this.#store.contents.set(content.id, stored);
  }

  /** Makes messages visible whose delay or visibility timeout has ended, and removes expired ones. */
  #update(): void {
    this.#messages.update(this.#settings.retentionMs);
  }

  /** Gives messages to the receives that wait. */
  #serve(): void {
    this.#update();
    this.#waiters.serve(() => this.#messages.order.isReady());
    this.#waiters.expectAt(this.#messages.nextVisibleAt);
  }

  #take(max: number, visibilityTimeout = this.#settings.visibilityTimeout): ReceivedMessage[] {
    const now = Date.now();
    const deadLetters = this.#deadLetterQueue();
    const taken = this.#messages.take(
      Math.min(max, MAX_IN_FLIGHT - this.#messages.inFlight),
      (message) => !deadLetters || message.receiveCount < deadLetters.maxReceiveCount,
      (message) => {
        if (deadLetters) deadLetters.queue.#acceptDead(message, this.arn);
      },
    );
    return taken.map((message) => this.#deliver(message, now, visibilityTimeout));
  }

  /** Counts a receive of a message and hides it. */
  #deliver(message: Message, now: number, visibilityTimeout: number): ReceivedMessage {
    const { content } = message;
    const receiveCount = ++message.receiveCount;
    if (receiveCount === 1) message.firstReceivedAt = now;
    // After a receive that was undone in the same millisecond, the time must differ, because the handle contains it.
    message.receivedAt = Math.max(now, message.receivedAt + 1);
    this.#messages.hide(message, now + visibilityTimeout * 1_000);
    saveDelivery(this.#store, message);
    const receipt = { messageId: content.id, receiveCount, receivedAt: message.receivedAt };
    const receiptHandle = createHandle(this.#id, receipt);
    return { content, receiptHandle, receiveCount, firstReceivedAt: message.firstReceivedAt };
  }

  #deadLetterQueue(): { queue: Queue; maxReceiveCount: number } | undefined {
    const { redrive } = this.#settings;
    const queue = redrive && this.#byArn(redrive.deadLetterTargetArn);
    if (!queue?.allowsRedriveFrom(this.arn)) return undefined;
    return { queue, maxReceiveCount: redrive?.maxReceiveCount ?? Number.POSITIVE_INFINITY };
  }

  /** Accepts a dead letter from a source queue. A FIFO queue resets the message's age. */
  #acceptDead({ content, receiveCount, firstReceivedAt, receivedAt }: Message, sourceArn: string): void {
    const { isFifo } = this.#settings;
    const fifo = isFifo && { sentAt: Date.now(), sequenceNumber: nextSequenceNumber() };
    const moved: MessageContent = { ...content, ...fifo, sourceArn };
    this.#store.contents.set(moved.id, { queue: this.name, content: moved });
    const message = this.#messages.add(moved);
    Object.assign(message, { receiveCount, firstReceivedAt, receivedAt });
    saveDelivery(this.#store, message);
    this.totals.taken++;
    this.#messages.makeVisible(message);
  }

  /**
   * Returns the message if the handle belongs to its last receive. Returns `undefined` if the message was deleted or, on a
   * standard queue, received again.
   *
   * @throws AwsError `ReceiptHandleIsInvalid`; on a FIFO queue `InvalidParameterValue` for an earlier receive
   */
  #findReceived(receiptHandle: string): Message | undefined {
    const { messageId, receiveCount, receivedAt } = readHandle(this.#id, receiptHandle);
    const message = this.#messages.find(messageId);
    if (!message || (message.receiveCount === receiveCount && message.receivedAt === receivedAt))
      return message;
    if (this.#settings.isFifo) throw expired(receiptHandle);
    return undefined;
  }
}

function expired(receiptHandle: string): Error {
  return invalidParameter('ReceiptHandle', receiptHandle, 'The receipt handle has expired.');
}

function toSentMessage({ id, body, attributes, traceHeader, sequenceNumber }: MessageContent): SentMessage {
  return {
    messageId: id,
    md5OfBody: md5(body),
    ...(attributes && { md5OfAttributes: md5OfAttributes(attributes) }),
    ...(traceHeader !== undefined && {
      md5OfSystemAttributes: md5OfAttributes({
        AWSTraceHeader: { DataType: 'String', StringValue: traceHeader },
      }),
    }),
    ...(sequenceNumber !== undefined && { sequenceNumber }),
  };
}
