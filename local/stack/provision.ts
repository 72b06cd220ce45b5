import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketPolicyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  ListSubscriptionsByTopicCommand,
  SetTopicAttributesCommand,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { AwsServices } from '../aws-services/start-aws-services.ts';
import { provisionTable } from '../dynamodb/provision-table.ts';
import type { Clients } from './clients.ts';
import type { Stack } from './read-stack.ts';
import type { SubscriptionProperties, TopicProperties } from './stack-schema.ts';

/**
 * Creates the stack's resources. Resources in a data directory of an earlier run are updated. Subscriptions and
 * notifications are created last, because they need their targets.
 *
 * @param policies JSON of policies by the URLs of queues, ARNs of topics and names of buckets. Default: none.
 */
export async function provision(
  stack: Stack,
  clients: Clients,
  awsServices: AwsServices,
  policies: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await Promise.all([
    provisionQueues(clients.sqs, stack.queues, policies),
    ...stack.topics.map((topic) => provisionTopic(clients.sns, topic, policies)),
    ...stack.buckets.map(({ BucketName }) => provisionBucket(clients.s3, BucketName, policies)),
    ...stack.tables.map((table) => provisionTable(clients.dynamodb, table)),
  ]);
  for (const subscription of stack.subscriptions) await subscribe(clients.sns, subscription);
  for (const { BucketName, NotificationConfiguration } of stack.buckets) {
    const topics = NotificationConfiguration?.TopicConfigurations ?? [];
    if (topics.length === 0) continue;
    await awsServices.putBucketNotification(
      BucketName,
      topics.map(({ Event, Topic }) => ({ topicArn: Topic, events: [Event] })),
    );
  }
}

/** Creates all queues before it sets their attributes, because a redrive policy needs its dead-letter queue. */
async function provisionQueues(
  sqs: SQSClient,
  queues: Stack['queues'],
  policies: ReadonlyMap<string, string>,
): Promise<void> {
  await Promise.all(queues.map(({ QueueName }) => sqs.send(new CreateQueueCommand({ QueueName }))));
  await Promise.all(queues.map((queue) => setAttributes(sqs, queue, policies.get(queue.url))));
}

async function setAttributes(
  sqs: SQSClient,
  queue: Stack['queues'][number],
  Policy: string | undefined,
): Promise<void> {
  const { url, VisibilityTimeout, ReceiveMessageWaitTimeSeconds, MessageRetentionPeriod, RedrivePolicy } =
    queue;
  const attributes = { VisibilityTimeout, ReceiveMessageWaitTimeSeconds, MessageRetentionPeriod, Policy };
  const Attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) Attributes[name] = String(value);
  if (RedrivePolicy) Attributes.RedrivePolicy = JSON.stringify(RedrivePolicy);
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
}

async function provisionTopic(
  sns: SNSClient,
  { TopicName, KmsMasterKeyId }: TopicProperties,
  policies: ReadonlyMap<string, string>,
): Promise<void> {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: TopicName }));
  for (const [AttributeName, AttributeValue] of Object.entries({
    Policy: policies.get(TopicArn),
    KmsMasterKeyId,
  })) {
    if (AttributeValue === undefined) continue;
    await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
  }
}

async function provisionBucket(
  s3: S3Client,
  name: string,
  policies: ReadonlyMap<string, string>,
): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: name })).catch((error) => {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  });
  const Policy = policies.get(name);
  if (Policy !== undefined) await s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy }));
}

/** Creates a subscription. An existing one is removed first: SNS refuses to create it again with other attributes. */
async function subscribe(sns: SNSClient, subscription: SubscriptionProperties): Promise<void> {
  const {
    TopicArn,
    Protocol,
    Endpoint,
    RawMessageDelivery = false,
    FilterPolicy,
    FilterPolicyScope,
  } = subscription;
  const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  for (const { SubscriptionArn, Endpoint: subscribed } of Subscriptions) {
    if (subscribed === Endpoint) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  }
  const Attributes: Record<string, string> = { RawMessageDelivery: String(RawMessageDelivery) };
  if (FilterPolicy) Attributes.FilterPolicy = JSON.stringify(FilterPolicy);
  if (FilterPolicyScope) Attributes.FilterPolicyScope = FilterPolicyScope;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
}
