import { randomBytes, randomUUID } from 'node:crypto';
import type { Storage, StoredMap } from '../aws-services/storage.ts';
import type { Emails } from './emails.ts';
import { invalidParameter, notFound } from './errors.ts';
import {
  checkEndpoint,
  hasAttributes,
  IN_SUBSCRIBE,
  isEmail,
  isHttp,
  isProtocol,
  openSubscription,
  PROTOCOLS,
  type StoredSubscription,
  type Subscription,
  withAttribute,
} from './subscription.ts';

/** The input of Subscribe. */
export interface SubscribeRequest {
  topicArn: string;
  protocol: string;
  endpoint: string;
  /** Attributes by name, as the client sent them. */
  attributes: Readonly<Record<string, string>>;
}

/** The subscriptions of a topic. */
interface Subscribers {
  byEndpoint: Map<string, Subscription>;
  /** Confirmed subscriptions except e-mails. Thousands of e-mails would make each publish slow, see {@link Emails}. */
  targets: Set<Subscription>;
}

/** Bytes of a token: SNS's tokens have 288 hexadecimal digits. */
const TOKEN_BYTES = 144;

/** The subscriptions of all topics. */
export class Subscriptions {
  readonly #stored: StoredMap<StoredSubscription>;
  readonly #emails: Emails;
  readonly #byArn = new Map<string, Subscription>();
  readonly #byTopic = new Map<string, Subscribers>();
  readonly #byToken = new Map<string, Subscription>();
  #created = 0;

  constructor(storage: Storage, emails: Emails) {
    this.#stored = storage.map('sns_subscriptions');
    this.#emails = emails;
    for (const [arn, stored] of this.#stored.entries()) {
      const subscription = openSubscription(arn, ++this.#created, stored);
      this.#add(subscription);
      if (isEmail(subscription)) emails.add(subscription);
    }
  }

  /**
   * Subscribes an endpoint, or returns the subscription that exists with the same attributes.
   *
   * @returns The subscription. It has a token until its endpoint confirms it.
   * @throws AwsError `InvalidParameter`
   */
  subscribe({ topicArn, protocol, endpoint, attributes }: SubscribeRequest): Subscription {
    if (!isProtocol(protocol)) {
      throw invalidParameter(
        `Protocol Reason: the embedded cloud delivers only to ${PROTOCOLS.join(', ')}, received ${protocol}`,
      );
    }
    checkEndpoint(topicArn, protocol, endpoint);
    const wanted = Object.entries(attributes).reduce(
      (all, [name, value]) => withAttribute(all, name, value, IN_SUBSCRIBE),
      {},
    );
    const existing = this.#byTopic.get(topicArn)?.byEndpoint.get(`${protocol} ${endpoint}`);
    if (existing) {
      if (hasAttributes(existing, wanted)) return existing;
      throw invalidParameter(`${IN_SUBSCRIBE}Subscription already exists with different attributes`);
    }

    const stored: StoredSubscription = {
      topicArn,
      protocol,
      endpoint,
      attributes: wanted,
      ...(protocol.startsWith('http') && { token: randomBytes(TOKEN_BYTES).toString('hex') }),
    };
    const arn = `${topicArn}:${randomUUID()}`;
    const subscription = openSubscription(arn, ++this.#created, stored, IN_SUBSCRIBE);
    this.#add(subscription);
    this.#store(subscription);
    if (isEmail(subscription)) this.#emails.subscribe(subscription);
    return subscription;
  }

  #add(subscription: Subscription): void {
    const { arn, topicArn, protocol, endpoint, token } = subscription;
    this.#byArn.set(arn, subscription);
    const subscribers = this.#byTopic.get(topicArn) ?? { byEndpoint: new Map(), targets: new Set() };
    this.#byTopic.set(topicArn, subscribers);
    subscribers.byEndpoint.set(`${protocol} ${endpoint}`, subscription);
    if (token !== undefined) this.#byToken.set(token, subscription);
    else if (!isEmail(subscription)) subscribers.targets.add(subscription);
  }

  /** @throws AwsError `InvalidParameter` for an unknown token. Confirming again succeeds, as on AWS. */
  confirm(topicArn: string, token: string): Subscription {
    const subscription = this.#byToken.get(token);
    if (subscription?.topicArn !== topicArn) throw invalidParameter('Token');
    if (subscription.token !== undefined) {
      delete subscription.token;
      this.#byTopic.get(topicArn)?.targets.add(subscription);
      this.#store(subscription);
    }
    return subscription;
  }

  /**
   * Ends a subscription. Ending one that does not exist succeeds.
   *
   * @throws AwsError `InvalidParameter` for text that is not an ARN, such as `PendingConfirmation`
   */
  unsubscribe(arn: string): void {
    if (!arn.startsWith('arn:')) {
      throw invalidParameter(
        `SubscriptionArn Reason: An ARN must have at least 6 elements, not ${arn.split(':').length}`,
      );
    }
    const subscription = this.#byArn.get(arn);
    if (!subscription) return;
    if (isEmail(subscription)) this.#emails.unsubscribe(subscription);
    this.#remove(subscription);
  }

  /** Deletes the subscriptions of a deleted topic. */
  deleteAll(topicArn: string): void {
    for (const subscription of this.of(topicArn)) {
      if (isEmail(subscription)) this.#emails.remove(subscription);
      this.#remove(subscription);
    }
  }

  #remove(subscription: Subscription): void {
    const { arn, topicArn, protocol, endpoint } = subscription;
    this.#byArn.delete(arn);
    this.#stored.delete(arn);
    const subscribers = this.#byTopic.get(topicArn);
    subscribers?.byEndpoint.delete(`${protocol} ${endpoint}`);
    subscribers?.targets.delete(subscription);
    if (isHttp(subscription)) this.#forgetToken(subscription);
  }

  #forgetToken(subscription: Subscription): void {
    for (const [token, confirmed] of this.#byToken) {
      if (confirmed === subscription) this.#byToken.delete(token);
    }
  }

  /** @throws AwsError `NotFound` */
  require(arn: string): Subscription {
    const subscription = this.#byArn.get(arn);
    if (!subscription) throw notFound('Subscription');
    return subscription;
  }

  /** @throws AwsError `NotFound` or `InvalidParameter` */
  setAttribute(arn: string, name: string, value: string): void {
    const subscription = this.require(arn);
    const { topicArn, protocol, endpoint, token } = subscription;
    const attributes = withAttribute(subscription.attributes, name, value);
    const changed = openSubscription(arn, subscription.order, { topicArn, protocol, endpoint, attributes });
    if (isEmail(subscription)) this.#emails.remove(subscription);
    Object.assign(subscription, changed, token !== undefined && { token });
    if (isEmail(subscription)) this.#emails.add(subscription);
    this.#store(subscription);
  }

  /** Returns all subscriptions in the order in which they were created. */
  all(): Iterable<Subscription> {
    return this.#byArn.values();
  }

  /** Returns the subscriptions of a topic in the order in which they were created. */
  of(topicArn: string): Iterable<Subscription> {
    return this.#byTopic.get(topicArn)?.byEndpoint.values() ?? [];
  }

  /** Returns the subscriptions of a topic that receive its messages, except e-mails. */
  targetsOf(topicArn: string): Iterable<Subscription> {
    return this.#byTopic.get(topicArn)?.targets ?? [];
  }

  #store({ arn, topicArn, protocol, endpoint, attributes, token }: Subscription): void {
    this.#stored.set(arn, {
      topicArn,
      protocol,
      endpoint,
      attributes,
      ...(token !== undefined && { token }),
    });
  }
}
