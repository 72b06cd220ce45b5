import type { Storage, StoredMap } from '../aws-services/storage.ts';
import type { Enforcement } from '../iam/caller.ts';
import { ACCOUNT_ID } from '../stack/account.ts';
import type { Delivery } from './message.ts';
import { type MessageStore, openMessageStore } from './message-store.ts';
import { MoveTasks } from './move-tasks.ts';
import { Queue } from './queue.ts';
import {
  checkAttributes,
  findDifference,
  mergeAttributes,
  type QueueAttributes,
  toSettings,
  withDefaults,
} from './queue-attributes.ts';
import { invalidParameter, sqsError } from './sqs-error.ts';

/** Options of {@link Sqs}. */
export interface SqsOptions {
  storage: Storage;
  /** Address with which queue URLs begin, such as `http://127.0.0.1:4566`. */
  endpoint: string;
  /** Default: nothing is enforced. */
  enforcement?: Enforcement;
}

interface StoredQueue {
  /** Epoch ms. */
  createdAt: number;
  /** Epoch ms. */
  changedAt: number;
  attributes: QueueAttributes;
  tags: Record<string, string>;
}

const NAME = /^[\w-]{1,80}$/;
const FIFO_NAME = /^[\w-]{1,75}\.fifo$/;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html */
const MAX_TAGS = 50;

/** The queues of the account, in memory and in the storage. */
export class Sqs {
  readonly moveTasks: MoveTasks;
  /** The access that the API checks. */
  readonly enforcement: Enforcement;
  readonly #endpoint: string;
  readonly #queues = new Map<string, Queue>();
  readonly #states = new Map<string, StoredQueue>();
  readonly #stored: StoredMap<StoredQueue>;
  readonly #store: MessageStore;

  /** Loads the queues and messages of an earlier run. */
  constructor({ storage, endpoint, enforcement = {} }: SqsOptions) {
    this.#endpoint = endpoint;
    this.enforcement = enforcement;
    this.#stored = storage.map('sqs_queues');
    this.#store = openMessageStore(storage);
    for (const [name, state] of this.#stored.entries()) this.#open(name, state);
    this.#loadMessages();
    this.moveTasks = new MoveTasks(this, storage);
  }

  /**
   * Creates a queue, or returns the existing one if its attributes have the given values.
   *
   * @throws AwsError `QueueNameExists`, `InvalidAttributeName`, `InvalidAttributeValue` or `InvalidParameterValue`
   */
  createQueue(name: string, attributes: QueueAttributes = {}, tags: Record<string, string> = {}): Queue {
    checkName(name, attributes.FifoQueue === 'true');
    checkAttributes(attributes);
    this.#checkPolicy(attributes);
    checkTags(tags);
    const existing = this.find(name);
    if (existing) {
      const difference = findDifference(existing.attributes, attributes);
      if (difference === undefined) return existing;
      const message = `A queue already exists with the same name and a different value for attribute ${difference}`;
      throw sqsError('QueueNameExists', message);
    }
    const now = Date.now();
    const state = { createdAt: now, changedAt: now, attributes: withDefaults(attributes), tags };
    this.#checkRedrive(name, state.attributes);
    this.#stored.set(name, state);
    return this.#open(name, state);
  }

  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  byArn(arn: string): Queue | undefined {
    const queue = this.find(arn.slice(arn.lastIndexOf(':') + 1));
    return queue?.arn === arn ? queue : undefined;
  }

  /**
   * Finds a queue by its URL. Only the last segment of the path matters, so a URL of any host and of an earlier run is
   * valid.
   *
   * @throws AwsError `QueueDoesNotExist`
   */
  byUrl(url: string): Queue {
    return this.byName(nameInUrl(url));
  }

  /** @throws AwsError `QueueDoesNotExist` */
  byName(name: string): Queue {
    const queue = this.find(name);
    if (!queue) throw sqsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  urlOf({ name }: Queue): string {
    return `${this.#endpoint}/${ACCOUNT_ID}/${name}`;
  }

  queues(): Iterable<Queue> {
    return this.#queues.values();
  }

  /** Deletes a queue with its messages. Its long polls end without a message. */
  deleteQueue(queue: Queue): void {
    queue.clear();
    this.#queues.delete(queue.name);
    this.#states.delete(queue.name);
    this.#stored.delete(queue.name);
    this.moveTasks.forget(queue.arn);
  }

  /** Ends all long polls, and pauses move tasks until the next start. Call it before the storage is closed. */
  stop(): void {
    this.moveTasks.stop();
    for (const queue of this.queues()) queue.stop();
  }

  /**
   * Changes attributes of a queue.
   *
   * @throws AwsError `InvalidAttributeName`, `InvalidAttributeValue` or `InvalidParameterValue`
   */
  setAttributes(queue: Queue, change: QueueAttributes): void {
    checkAttributes(change, queue.attributes);
    this.#checkPolicy(change);
    if (change.RedrivePolicy) this.#checkRedrive(queue.name, change);
    queue.attributes = mergeAttributes(queue.attributes, change);
    this.#change(queue, { attributes: queue.attributes, changedAt: Date.now() });
  }

  /** Returns all attributes of a queue with their current values. */
  attributesOf(queue: Queue): QueueAttributes {
    const { createdAt, changedAt } = this.#stateOf(queue);
    const { visible, inFlight, delayed } = queue.counts();
    return {
      ...queue.attributes,
      QueueArn: queue.arn,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      CreatedTimestamp: String(Math.floor(createdAt / 1_000)),
      LastModifiedTimestamp: String(Math.floor(changedAt / 1_000)),
    };
  }

  tagsOf(queue: Queue): Readonly<Record<string, string>> {
    return this.#stateOf(queue).tags;
  }

  /** Replaces the tags of a queue. @throws AwsError `InvalidParameterValue` for more than 50 tags or an invalid tag */
  setTags(queue: Queue, tags: Record<string, string>): void {
    checkTags(tags);
    this.#change(queue, { tags });
  }

  /** Returns the queues whose dead-letter queue is the given one. */
  sourcesOf({ arn }: Queue): Queue[] {
    return [...this.queues()].filter(({ settings }) => settings.redrive?.deadLetterTargetArn === arn);
  }

  #open(name: string, state: StoredQueue): Queue {
    const { createdAt, attributes } = state;
    const byArn = (arn: string) => this.byArn(arn);
    const queue = new Queue({ name, createdAt, attributes, store: this.#store, byArn });
    this.#queues.set(name, queue);
    this.#states.set(name, state);
    return queue;
  }

  #loadMessages(): void {
    const { contents, deliveries, accepted } = this.#store;
    const deliveryOf = new Map<string, Delivery>(deliveries.entries());
    for (const [id, { queue, content, delayedUntil }] of contents.entries())
      this.find(queue)?.restore(content, delayedUntil, deliveryOf.get(id));
    for (const [key, message] of [...accepted.entries()].sort(([, one], [, other]) => one.at - other.at)) {
      // The name of a queue contains no space.
      const space = key.indexOf(' ');
      this.find(key.slice(0, space))?.deduplication.restore(key.slice(space + 1), message);
    }
  }

  #stateOf({ name }: Queue): StoredQueue {
    return this.#states.get(name) as StoredQueue;
  }

  #change(queue: Queue, change: Partial<StoredQueue>): void {
    const state = Object.assign(this.#stateOf(queue), change);
    this.#stored.set(queue.name, state);
  }

  /** Refuses a policy that cannot be enforced. */
  #checkPolicy({ Policy }: QueueAttributes): void {
    const reason = Policy ? this.enforcement.access?.validate(Policy) : undefined;
    if (reason === undefined) return;
    throw sqsError('InvalidAttributeValue', `Invalid value for the parameter Policy. Reason: ${reason}`);
  }

  /** Checks the dead-letter queue in attributes of a queue. */
  #checkRedrive(name: string, attributes: QueueAttributes): void {
    const { redrive } = toSettings(attributes);
    if (!redrive) return;
    const target = this.byArn(redrive.deadLetterTargetArn);
    const refuse = (reason: string) => invalidParameter('RedrivePolicy', attributes.RedrivePolicy, reason);
    if (!target) throw refuse('Dead letter target does not exist.');
    if (target.name === name) throw refuse('Dead letter target must not be the queue itself.');
    if (target.settings.isFifo !== name.endsWith('.fifo')) {
      throw refuse('Dead-letter queue must be same type of queue as the source.');
    }
    const sourceArn = target.arn.replace(/[^:]*$/, name);
    if (!target.allowsRedriveFrom(sourceArn)) {
      throw refuse(`Queue ${sourceArn} is not allowed by the RedriveAllowPolicy of the dead-letter queue.`);
    }
  }
}

/** Returns the name of the queue with this URL. */
export const nameInUrl = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

function checkName(name: string, isFifo: boolean): void {
  if (isFifo ? FIFO_NAME.test(name) : NAME.test(name)) return;
  const message = isFifo
    ? 'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.'
    : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.';
  throw sqsError('InvalidParameterValue', message);
}

function checkTags(tags: Record<string, string>): void {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) {
    throw sqsError('InvalidParameterValue', `Too many tags: ${entries.length}, the maximum is ${MAX_TAGS}.`);
  }
  for (const [key, value] of entries) {
    if (key.length >= 1 && key.length <= 128 && typeof value === 'string' && value.length <= 256) continue;
    throw invalidParameter('Tags', key, 'A tag has a key of 1 to 128 and a value of up to 256 characters.');
  }
}
