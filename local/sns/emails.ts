import { parseJson } from '../../lib/json.ts';
import type { Storage, StoredMap } from '../aws-services/storage.ts';
import type { Filterable } from './filter-policy.ts';
import { customerOf, type Mailbox, type Reader } from './mailbox.ts';
import type { PublishedMessage } from './message.ts';
import { type Sender, toNotification } from './notification.ts';
import type { Subscription } from './subscription.ts';

/*
 * A customer, as seen by a topic:
 *
 *   unknown ──Subscribe──► subscribed ──Unsubscribe──► unsubscribed ──Subscribe──► subscribed …
 *
 * An unknown customer receives order confirmations like a subscribed one, so that thousands of generated customers need not be
 * subscribed first. The filter policy of a subscription applies as on AWS. An unsubscribed customer receives nothing.
 */
/**
 * The e-mail subscriptions of all topics, indexed by address, so that the cost of a message does not depend on the number of
 * customers.
 */
export class Emails {
  readonly #mailbox: Pick<Mailbox, 'put' | 'deliver'>;
  readonly #unsubscribed = new Set<string>();
  readonly #stored: StoredMap<true>;
  readonly #byAddress = new Map<string, Set<Subscription>>();
  /** Subscriptions that messages to any address can match, by topic. */
  readonly #others = new Map<string, Set<Subscription>>();

  constructor(storage: Storage, mailbox: Pick<Mailbox, 'put' | 'deliver'>) {
    this.#mailbox = mailbox;
    this.#stored = storage.map('sns_unsubscribed');
    for (const [key] of this.#stored.entries()) this.#unsubscribed.add(key);
  }

  /** Adds a subscription that was stored or changed. */
  add(subscription: Subscription): void {
    addTo(this.#byAddress, keyOf(subscription.topicArn, subscription.endpoint), subscription);
    if (!acceptsOnlyOwn(subscription)) addTo(this.#others, subscription.topicArn, subscription);
  }

  /** Removes a subscription that will be changed or whose topic was deleted. */
  remove(subscription: Subscription): void {
    removeFrom(this.#byAddress, keyOf(subscription.topicArn, subscription.endpoint), subscription);
    removeFrom(this.#others, subscription.topicArn, subscription);
  }

  /**
   * Adds a new subscription and sends SNS's own mail that asks to confirm it. It is confirmed immediately, because no one
   * follows the link.
   */
  subscribe(subscription: Subscription): void {
    const { topicArn, endpoint } = subscription;
    this.add(subscription);
    const key = keyOf(topicArn, endpoint);
    if (this.#unsubscribed.delete(key)) this.#stored.delete(key);
    this.#mailbox.put({
      email_id: endpoint,
      subject: 'AWS Notification - Subscription Confirmation',
      message: `You have chosen to subscribe to the topic:\n${topicArn}\n\nThe embedded cloud has confirmed it for you.\n`,
    });
  }

  /** Removes a subscription that its customer ended. */
  unsubscribe(subscription: Subscription): void {
    this.remove(subscription);
    const key = keyOf(subscription.topicArn, subscription.endpoint);
    this.#unsubscribed.add(key);
    this.#stored.set(key, true);
  }

  /** Delivers a message to the mailbox, for all addresses to which SNS would send it. */
  deliver(message: PublishedMessage & Filterable, sender: Sender): void {
    this.#mailbox.deliver(message, this.#readersOf(message, sender));
  }

  #readersOf(message: PublishedMessage & Filterable, sender: Sender): Reader[] {
    const { topicArn } = message;
    const key = keyOf(topicArn, message.attributes.email_id?.StringValue ?? '');
    const own = this.#byAddress.get(key);
    const others = this.#others.get(topicArn);
    const readers: Reader[] = [];
    for (const subscription of new Set([...(others ?? []), ...(own ?? [])])) {
      if (subscription.accepts(message)) readers.push(toReader(message, subscription, sender));
    }
    const customer = customerOf(message);
    if (customer !== undefined && !own && !this.#unsubscribed.has(key)) {
      readers.push({ email_id: customer, message: message.textFor('email') });
    }
    return readers;
  }
}

function toReader(message: PublishedMessage, subscription: Subscription, sender: Sender): Reader {
  const { protocol, endpoint } = subscription;
  const text =
    protocol === 'email-json' ? toNotification(message, subscription, sender) : message.textFor(protocol);
  return { email_id: endpoint, message: text };
}

/** Returns the same key for an address in any case. */
const keyOf = (topicArn: string, address: string): string => `${topicArn} ${address.toLowerCase()}`;

/** Returns whether a subscription's policy is `{"email_id": [address]}`, or its case-insensitive form. */
function acceptsOnlyOwn({ endpoint, attributes }: Subscription): boolean {
  const { FilterPolicy, FilterPolicyScope } = attributes;
  if (FilterPolicy === undefined || FilterPolicyScope === 'MessageBody') return false;
  const { email_id } = Object(parseJson(FilterPolicy)) as { email_id?: unknown };
  const [condition, ...more] = Array.isArray(email_id) ? email_id : [];
  const value = typeof condition === 'string' ? condition : Object(condition)['equals-ignore-case'];
  return more.length === 0 && typeof value === 'string' && value.toLowerCase() === endpoint.toLowerCase();
}

function addTo(index: Map<string, Set<Subscription>>, key: string, subscription: Subscription): void {
  const subscriptions = index.get(key);
  if (subscriptions) subscriptions.add(subscription);
  else index.set(key, new Set([subscription]));
}

function removeFrom(index: Map<string, Set<Subscription>>, key: string, subscription: Subscription): void {
  const subscriptions = index.get(key);
  subscriptions?.delete(subscription);
  if (subscriptions?.size === 0) index.delete(key);
}
