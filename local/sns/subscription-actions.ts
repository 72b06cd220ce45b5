import { mapOf, textOf } from '../aws-services/query-parameters.ts';
import { ACCOUNT_ID } from '../stack/account.ts';
import { type Action, attributesElement, element, pageElement } from './action.ts';
import { requireText } from './required-parameters.ts';
import type { Subscription } from './subscription.ts';

/** SNS's actions on subscriptions. */
export const subscriptionActions: Record<string, Action> = {
  Subscribe(sns, parameters) {
    const subscription = sns.subscribe({
      topicArn: requireText(parameters, 'TopicArn'),
      protocol: requireText(parameters, 'Protocol'),
      endpoint: requireText(parameters, 'Endpoint'),
      attributes: mapOf(parameters, 'Attributes'),
    });
    const isShown =
      subscription.token === undefined || textOf(parameters, 'ReturnSubscriptionArn') === 'true';
    return element('SubscriptionArn', isShown ? subscription.arn : 'pending confirmation');
  },

  ConfirmSubscription({ topics, subscriptions }, parameters) {
    const topic = topics.require(requireText(parameters, 'TopicArn'));
    return element('SubscriptionArn', subscriptions.confirm(topic.arn, requireText(parameters, 'Token')).arn);
  },

  Unsubscribe({ subscriptions }, parameters) {
    subscriptions.unsubscribe(requireText(parameters, 'SubscriptionArn'));
    return '';
  },

  ListSubscriptions: ({ subscriptions }, parameters) =>
    pageElement('Subscriptions', subscriptions.all(), parameters, toXml),

  ListSubscriptionsByTopic({ topics, subscriptions }, parameters) {
    const topic = topics.require(requireText(parameters, 'TopicArn'));
    return pageElement('Subscriptions', subscriptions.of(topic.arn), parameters, toXml);
  },

  GetSubscriptionAttributes({ subscriptions }, parameters) {
    const subscription = subscriptions.require(requireText(parameters, 'SubscriptionArn'));
    const { attributes, token } = subscription;
    return attributesElement({
      SubscriptionArn: subscription.arn,
      TopicArn: subscription.topicArn,
      Protocol: subscription.protocol,
      Endpoint: subscription.endpoint,
      Owner: ACCOUNT_ID,
      PendingConfirmation: String(token !== undefined),
      ConfirmationWasAuthenticated: String(token === undefined),
      SubscriptionPrincipal: `arn:aws:iam::${ACCOUNT_ID}:root`,
      RawMessageDelivery: 'false',
      ...attributes,
      FilterPolicyScope: attributes.FilterPolicy && (attributes.FilterPolicyScope ?? 'MessageAttributes'),
    });
  },

  SetSubscriptionAttributes({ subscriptions }, parameters) {
    subscriptions.setAttribute(
      requireText(parameters, 'SubscriptionArn'),
      requireText(parameters, 'AttributeName'),
      textOf(parameters, 'AttributeValue') ?? '',
    );
    return '';
  },
};

const toXml = (subscription: Subscription): string =>
  element('SubscriptionArn', subscription.token === undefined ? subscription.arn : 'PendingConfirmation') +
  element('TopicArn', subscription.topicArn) +
  element('Protocol', subscription.protocol) +
  element('Endpoint', subscription.endpoint) +
  element('Owner', ACCOUNT_ID);
