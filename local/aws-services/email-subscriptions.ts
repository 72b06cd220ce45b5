import { parseJson } from '../../lib/json.ts';
import {
  deleteTopic,
  matchesFilterPolicy,
  matchesFilterPolicyOnBody,
  type QueryForm,
  type SnsStore,
  type SnsSubscription,
  type SqsStore,
  setSubscriptionAttributes,
  subscribe,
  unsubscribe,
} from './fauxqs.ts';
import { customerOf, type Mail } from './mailbox.ts';
import type { PublishedMessage } from './publish-actions.ts';

/*
 * A customer, as seen by a topic:
 *
 *   unknown ──Subscribe──► subscribed ──Unsubscribe──► unsubscribed ──Subscribe──► subscribed …
 *
 * An unknown customer receives order confirmations like a subscribed one, so that thousands of generated customers need not be
 * subscribed first. The filter policy of a subscription applies as on AWS. An unsubscribed customer receives nothing.
 */
const ACTIONS = {
  Subscribe: subscribe,
  Unsubscribe: unsubscribe,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  DeleteTopic: deleteTopic,
};
type SubscriptionAction = keyof typeof ACTIONS;
export const SUBSCRIPTION_ACTIONS = Object.keys(ACTIONS) as SubscriptionAction[];

export interface EmailSubscriptions {
  /**
   * Executes one of SNS's actions on subscriptions and returns its XML.
   *
   * @throws SnsError
   */
  act(action: SubscriptionAction, form: QueryForm): string;
  /** Returns the addresses to which SNS would send a message. */
  readersOf(message: PublishedMessage): Set<string>;
}

/** An e-mail subscription with its parsed filter policy. */
interface Subscriber {
  key: string;
  topicArn: string;
  endpoint: string;
  accepts(message: PublishedMessage): boolean;
  /** Whether its policy accepts only messages to its own address, so that other messages need no check. */
  isCustomer: boolean;
}

/**
 * Opens SNS's e-mail subscriptions. fauxqs stores them, but delivers no e-mail.
 *
 * @param unsubscribed Persistent set of unsubscribed addresses.
 * @param send Receives SNS's own mail that asks to confirm a subscription. Each subscription is confirmed immediately, because
 *   no one follows the link.
 */
export function openEmailSubscriptions(
  snsStore: SnsStore,
  sqsStore: SqsStore,
  unsubscribed: Set<string>,
  send: (mail: Mail) => void,
): EmailSubscriptions {
  let index: ReturnType<typeof readIndex> | undefined;

  /** Indexes subscriptions by address, so that the cost of a message does not depend on the number of customers. */
  function readIndex() {
    const emails = [...snsStore.subscriptions.values()].filter(({ protocol }) => protocol === 'email');
    const subscribers = emails.map(toSubscriber);
    return {
      byKey: Map.groupBy(subscribers, ({ key }) => key),
      others: Map.groupBy(
        subscribers.filter(({ isCustomer }) => !isCustomer),
        ({ topicArn }) => topicArn,
      ),
    };
  }

  function confirm(subscription: SnsSubscription): void {
    subscription.confirmed = true;
    snsStore.persistence?.insertSubscription(subscription);
    const { topicArn, endpoint } = subscription;
    unsubscribed.delete(keyOf(topicArn, endpoint));
    send({
      email_id: endpoint,
      subject: 'AWS Notification - Subscription Confirmation',
      message: `You have chosen to subscribe to the topic:\n${topicArn}\n\nThe embedded cloud has confirmed it for you.\n`,
    });
  }

  return {
    act(action, form) {
      const ending = snsStore.getSubscription(form.SubscriptionArn ?? '');
      const answer = ACTIONS[action](form, snsStore, sqsStore);
      index = undefined;
      if (action === 'Subscribe') {
        const [, arn = ''] = /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(answer) ?? [];
        const subscription = snsStore.getSubscription(arn);
        if (subscription?.protocol === 'email' && !subscription.confirmed) confirm(subscription);
      }
      if (action === 'Unsubscribe' && ending?.protocol === 'email') {
        unsubscribed.add(keyOf(ending.topicArn, ending.endpoint));
      }
      return answer;
    },

    readersOf(message) {
      index ??= readIndex();
      const { topicArn } = message;
      const customer = customerOf(message);
      const key = keyOf(topicArn, message.attributes.email_id ?? '');
      const own = index.byKey.get(key);
      const readers = new Set<string>();
      for (const { accepts, endpoint } of [...(index.others.get(topicArn) ?? []), ...(own ?? [])]) {
        if (accepts(message)) readers.add(endpoint);
      }
      if (customer !== undefined && !own && !unsubscribed.has(key)) readers.add(customer);
      return readers;
    },
  };
}

/** Returns the same key for an address in any case. */
const keyOf = (topicArn: string, address: string): string => `${topicArn} ${address.toLowerCase()}`;

function toSubscriber({ topicArn, endpoint, attributes }: SnsSubscription): Subscriber {
  const { FilterPolicy, FilterPolicyScope } = attributes;
  // A policy that is not JSON filters nothing, as in fauxqs.
  const policy = Object(parseJson(FilterPolicy ?? '{}')) as Record<string, unknown>;
  return {
    key: keyOf(topicArn, endpoint),
    topicArn,
    endpoint,
    accepts: (message) =>
      FilterPolicyScope === 'MessageBody'
        ? matchesFilterPolicyOnBody(policy, message.texts.sqs)
        : matchesFilterPolicy(policy, toSnsAttributes(message.attributes)),
    isCustomer: FilterPolicyScope !== 'MessageBody' && acceptsOnly(endpoint, policy),
  };
}

/** Returns whether a policy is `{"email_id": [address]}`, or its case-insensitive form. */
function acceptsOnly(address: string, { email_id }: Record<string, unknown>): boolean {
  const [condition, ...more] = Array.isArray(email_id) ? email_id : [];
  const value = typeof condition === 'string' ? condition : Object(condition)['equals-ignore-case'];
  return more.length === 0 && typeof value === 'string' && value.toLowerCase() === address.toLowerCase();
}

const toSnsAttributes = (attributes: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
