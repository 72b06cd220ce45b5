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
 * Unknown ones get the confirmations of their orders, as if each had a confirmed subscription of their own, so that
 * thousands of generated customers need not be subscribed first. Once there is a subscription of theirs, it decides by its
 * filter policy, as for anybody's; unsubscribed, they get nothing.
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
  /** SNS's actions on subscriptions: answers XML, or throws an `SnsError`. */
  act(action: SubscriptionAction, form: QueryForm): string;
  /** The addresses to which SNS would send a message. */
  readersOf(message: PublishedMessage): Set<string>;
}

/** An e-mail subscription, ready to be asked. */
interface Subscriber {
  key: string;
  topicArn: string;
  endpoint: string;
  accepts(message: PublishedMessage): boolean;
  /** Whether it takes nothing but confirmations to its own address, so that no other message need be shown to it. */
  isCustomer: boolean;
}

/**
 * What SNS does about e-mail, which fauxqs accepts and leaves at that.
 *
 * @param unsubscribed what this remembers besides the subscriptions themselves
 * @param send takes SNS's own mails: the request to confirm a subscription. Nobody is there to follow its link, so each
 *   subscription is confirmed at once
 */
export function openEmailSubscriptions(
  snsStore: SnsStore,
  sqsStore: SqsStore,
  unsubscribed: Set<string>,
  send: (mail: Mail) => void,
): EmailSubscriptions {
  let index: ReturnType<typeof readIndex> | undefined;

  /** A look-up by address keeps a message's cost the same, however many customers are subscribed. */
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
      message: `You have chosen to subscribe to the topic:\n${topicArn}\n\nThe embedded cloud has confirmed it in your name.\n`,
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

/** One for all spellings of an address. */
const keyOf = (topicArn: string, address: string): string => `${topicArn} ${address.toLowerCase()}`;

function toSubscriber({ topicArn, endpoint, attributes }: SnsSubscription): Subscriber {
  const { FilterPolicy, FilterPolicyScope } = attributes;
  // As fauxqs has it for queues: what is not JSON filters nothing.
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

/** Whether a policy is `{"email_id": [address]}`, or the same without regard to case. */
function acceptsOnly(address: string, { email_id }: Record<string, unknown>): boolean {
  const [condition, ...more] = Array.isArray(email_id) ? email_id : [];
  const value = typeof condition === 'string' ? condition : Object(condition)['equals-ignore-case'];
  return more.length === 0 && typeof value === 'string' && value.toLowerCase() === address.toLowerCase();
}

const toSnsAttributes = (attributes: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
