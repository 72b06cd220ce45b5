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
import type { ResourcePolicy, StackAccess } from './read-access.ts';
import type { Stack } from './read-stack.ts';
import type { SubscriptionProperties } from './stack-schema.ts';

/** Its name is its logical id, because CloudFormation would generate one. */
const DEPLOYMENT_BUCKET = 'serverlessdeploymentbucket';

/**
 * Creates the stack's resources. Resources in a data directory of an earlier run are updated. Subscriptions and
 * notifications are created last, because they need their targets.
 *
 * @param access Policies of resources, and keys of topics. Default: none.
 */
export async function provision(
  stack: Stack,
  clients: Clients,
  awsServices: AwsServices,
  access: Pick<StackAccess, 'resourcePolicies' | 'topicKeys'> = {
    resourcePolicies: [],
    topicKeys: new Map(),
  },
): Promise<void> {
  await Promise.all([
    provisionQueues(clients.sqs, stack.queues),
    ...stack.topics.map(({ TopicName }) => clients.sns.send(new CreateTopicCommand({ Name: TopicName }))),
    ...stack.buckets.map(({ BucketName }) => provisionBucket(clients.s3, BucketName)),
    ...stack.tables.map((table) => provisionTable(clients.dynamodb, table)),
  ]);
  await Promise.all([
    ...access.resourcePolicies
      // Serverless's bucket for deployments does not exist here.
      .filter(({ resources }) => !resources.includes(DEPLOYMENT_BUCKET))
      .map((policy) => setPolicy(clients, policy)),
    ...Array.from(access.topicKeys, ([TopicArn, AttributeValue]) =>
      clients.sns.send(
        new SetTopicAttributesCommand({ TopicArn, AttributeName: 'KmsMasterKeyId', AttributeValue }),
      ),
    ),
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
async function provisionQueues(sqs: SQSClient, queues: Stack['queues']): Promise<void> {
  await Promise.all(queues.map(({ QueueName }) => sqs.send(new CreateQueueCommand({ QueueName }))));
  await Promise.all(queues.map((queue) => setAttributes(sqs, queue)));
}

async function setAttributes(sqs: SQSClient, queue: Stack['queues'][number]): Promise<void> {
  const { url, VisibilityTimeout, ReceiveMessageWaitTimeSeconds, MessageRetentionPeriod, RedrivePolicy } =
    queue;
  const attributes = { VisibilityTimeout, ReceiveMessageWaitTimeSeconds, MessageRetentionPeriod };
  const Attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) Attributes[name] = String(value);
  if (RedrivePolicy) Attributes.RedrivePolicy = JSON.stringify(RedrivePolicy);
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
}

async function setPolicy(
  { sqs, sns, s3 }: Clients,
  { type, resources, document }: ResourcePolicy,
): Promise<void> {
  for (const resource of resources) {
    if (type === 'AWS::SQS::QueuePolicy')
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl: resource, Attributes: { Policy: document } }));
    else if (type === 'AWS::S3::BucketPolicy')
      await s3.send(new PutBucketPolicyCommand({ Bucket: resource, Policy: document }));
    else
      await sns.send(
        new SetTopicAttributesCommand({
          TopicArn: resource,
          AttributeName: 'Policy',
          AttributeValue: document,
        }),
      );
  }
}

async function provisionBucket(s3: S3Client, name: string): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: name })).catch((error) => {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  });
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
