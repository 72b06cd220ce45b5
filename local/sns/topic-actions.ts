import { mapOf, type Parameters, structuresOf, textOf, textsOf } from '../aws-services/query-parameters.ts';
import { ACCOUNT_ID } from '../stack/account.ts';
import { type Action, attributesElement, element, pageElement } from './action.ts';
import { invalidParameter } from './errors.ts';
import { requireText } from './required-parameters.ts';
import { policyOf } from './topic-policy.ts';
import type { Tags } from './topics.ts';

const topicArnElement = ({ arn }: { arn: string }): string => element('TopicArn', arn);

/** SNS's actions on topics. */
export const topicActions: Record<string, Action> = {
  CreateTopic: ({ topics }, parameters) =>
    topicArnElement(
      topics.create(requireText(parameters, 'Name'), mapOf(parameters, 'Attributes'), tagsOf(parameters)),
    ),

  DeleteTopic(sns, parameters) {
    sns.deleteTopic(requireText(parameters, 'TopicArn'));
    return '';
  },

  ListTopics: ({ topics }, parameters) => pageElement('Topics', topics.list(), parameters, topicArnElement),

  GetTopicAttributes({ topics, subscriptions }, parameters) {
    const topic = topics.require(requireText(parameters, 'TopicArn'));
    const all = [...subscriptions.of(topic.arn)];
    const pending = all.filter(({ token }) => token !== undefined).length;
    return attributesElement({
      TopicArn: topic.arn,
      Owner: ACCOUNT_ID,
      DisplayName: '',
      ...(topic.isFifo && { ContentBasedDeduplication: 'false', FifoThroughputScope: 'Topic' }),
      ...topic.attributes,
      Policy: policyOf(topic),
      EffectiveDeliveryPolicy: topic.attributes.DeliveryPolicy ?? DELIVERY_POLICY,
      SubscriptionsConfirmed: String(all.length - pending),
      SubscriptionsPending: String(pending),
      SubscriptionsDeleted: '0',
    });
  },

  SetTopicAttributes({ topics }, parameters) {
    topics.setAttribute(
      requireText(parameters, 'TopicArn'),
      requireText(parameters, 'AttributeName'),
      textOf(parameters, 'AttributeValue') ?? '',
    );
    return '';
  },

  AddPermission({ topics }, parameters) {
    topics.addPermission(
      requireText(parameters, 'TopicArn'),
      requireText(parameters, 'Label'),
      textsOf(parameters, 'AWSAccountId'),
      textsOf(parameters, 'ActionName'),
    );
    return '';
  },

  RemovePermission({ topics }, parameters) {
    topics.removePermission(requireText(parameters, 'TopicArn'), requireText(parameters, 'Label'));
    return '';
  },

  TagResource({ topics }, parameters) {
    topics.tag(requireText(parameters, 'ResourceArn'), tagsOf(parameters));
    return '';
  },

  UntagResource({ topics }, parameters) {
    topics.untag(requireText(parameters, 'ResourceArn'), textsOf(parameters, 'TagKeys'));
    return '';
  },

  ListTagsForResource({ topics }, parameters) {
    const tags = Object.entries(topics.tagsOf(requireText(parameters, 'ResourceArn')));
    const members = tags.map(
      ([key, value]) => `<member>${element('Key', key)}${element('Value', value)}</member>`,
    );
    return `<Tags>${members.join('')}</Tags>`;
  },
};

/** SNS's default: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
const DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
});

function tagsOf(parameters: Parameters): Tags {
  const tags = structuresOf(parameters, 'Tags').map(
    (tag) => [requireText(tag, 'Key'), textOf(tag, 'Value') ?? ''] as const,
  );
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    throw invalidParameter('Duplicated keys are not allowed.');
  }
  return Object.fromEntries(tags);
}
