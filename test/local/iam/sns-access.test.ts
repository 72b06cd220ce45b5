import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  ListTopicsCommand,
  PublishBatchCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openMemoryStorage } from '../../../local/aws-services/storage.ts';
import type { Access } from '../../../local/iam/access.ts';
import { createSnsService } from '../../../local/sns/handle-sns.ts';
import { openMailbox } from '../../../local/sns/mailbox.ts';
import { Sns } from '../../../local/sns/sns.ts';
import { Sqs } from '../../../local/sqs/sqs.ts';
import { arn } from '../../../local/stack/account.ts';
import { clientOptions, ENDPOINT } from '../client-of-service.ts';
import {
  accessWith,
  denied,
  KEY_ARN,
  KEY_ID,
  notAllowed,
  ROLE_KEY,
  ROOT_KEY,
  resourcePolicy,
  signedWith,
} from './test-access.ts';

const TopicArn = arn('sns', 'events');
const PUBLISH = { Action: 'sns:Publish', Resource: TopicArn };
const SNS_SERVICE = { Service: 'sns.amazonaws.com' };

/** Opens SNS with a topic `events`, the queues behind it, and a client of the role. */
function open(access: Access, attributes: Record<string, string> = {}) {
  const storage = openMemoryStorage();
  const enforcement = { access };
  const sqs = new Sqs({ storage, endpoint: ENDPOINT, enforcement });
  const sns = new Sns({
    storage,
    endpoint: ENDPOINT,
    enforcement,
    mailbox: openMailbox({ send() {}, messages: () => [] }),
    findQueue: (queueArn) => sqs.byArn(queueArn),
    invoke: async () => ({ found: false }),
  });
  onTestFinished(async () => {
    sqs.stop();
    await sns.stop();
  });
  const topic = sns.topics.create('events', attributes);
  const service = createSnsService(sns);
  const clientOf = (accessKeyId: string) =>
    new SNSClient({ ...clientOptions(service), ...signedWith(accessKeyId) });
  return { sqs, sns, topic, service, client: clientOf(ROLE_KEY), root: clientOf(ROOT_KEY), clientOf };
}

/** Sends a request without a signature. */
async function callUnsigned({ service }: ReturnType<typeof open>, parameters: Record<string, string>) {
  const answer = await service({
    method: 'GET',
    path: '/',
    query: new URLSearchParams({ Version: '2010-03-31', ...parameters }),
    headers: {},
    body: Buffer.from(''),
    sourceIp: '127.0.0.1',
    requestId: 'request-1',
    signal: new AbortController().signal,
  });
  return { status: answer.status, code: /<Code>(.*?)<\/Code>/.exec(String(answer.body))?.[1] };
}

test('a role without the right is denied with the code of SNS and the message of IAM', async () => {
  const { client } = open(accessWith({ Action: 'sns:Subscribe', Resource: TopicArn }));
  await expect(client.send(new PublishCommand({ TopicArn, Message: 'a' }))).rejects.toMatchObject({
    name: 'AuthorizationErrorException',
    Error: { Code: 'AuthorizationError' },
    message: notAllowed('sns:Publish', TopicArn),
    $metadata: { httpStatusCode: 403 },
  });
});

test('a batch and a target need sns:Publish on the topic', async () => {
  const PublishBatchRequestEntries = [{ Id: '1', Message: 'a' }];
  const allowed = open(accessWith(PUBLISH));
  await allowed.client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  await allowed.client.send(new PublishCommand({ TargetArn: TopicArn, Message: 'a' }));
  const { client } = open(accessWith());
  for (const command of [
    new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }),
    new PublishCommand({ TargetArn: TopicArn, Message: 'a' }),
  ]) {
    await expect(client.send(command as PublishCommand)).rejects.toMatchObject({
      message: notAllowed('sns:Publish', TopicArn),
    });
  }
});

test('a role does not learn whether a topic exists', async () => {
  const { client } = open(accessWith({ Action: 'sns:Publish', Resource: arn('sns', 'may-*') }));
  const publish = (name: string) =>
    client.send(new PublishCommand({ TopicArn: arn('sns', name), Message: 'a' }));
  await expect(publish('nowhere')).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
  await expect(publish('may-exist')).rejects.toMatchObject({ name: 'NotFoundException' });
});

test('the rights of tags, lists and new topics are about what their requests name', async () => {
  const ResourceArn = TopicArn;
  const Tags = [{ Key: 'team', Value: 'sales' }];
  const { client } = open(accessWith({ Action: 'sns:CreateTopic', Resource: '*' }));
  const denials: [object, string, string][] = [
    [new TagResourceCommand({ ResourceArn, Tags }), 'sns:TagResource', TopicArn],
    [new ListTopicsCommand({}), 'sns:ListTopics', '*'],
    [new CreateTopicCommand({ Name: 'new', Tags }), 'sns:TagResource', arn('sns', 'new')],
  ];
  for (const [command, action, resource] of denials) {
    await expect(client.send(command as ListTopicsCommand)).rejects.toMatchObject({
      message: notAllowed(action, resource),
    });
  }
  await client.send(new CreateTopicCommand({ Name: 'new' }));
});

/** Subscribes an HTTP endpoint, whose subscription then waits for its confirmation. */
function subscribe({ sns }: ReturnType<typeof open>) {
  const { token = '', arn: SubscriptionArn } = sns.subscriptions.subscribe({
    topicArn: TopicArn,
    protocol: 'http',
    endpoint: `${ENDPOINT}/receive`,
    attributes: {},
  });
  return { Token: token, SubscriptionArn };
}

describe('credentials', () => {
  test('with an unknown access key are refused', async () => {
    await expect(
      open(accessWith()).clientOf('AKIAUNKNOWN').send(new ListTopicsCommand({})),
    ).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('are not needed for the links in notifications, but for everything else', async () => {
    const opened = open(accessWith());
    const { Token, SubscriptionArn } = subscribe(opened);
    const confirm = { Action: 'ConfirmSubscription', TopicArn, Token };
    expect(await callUnsigned(opened, confirm)).toEqual({ status: 200 });
    expect(await callUnsigned(opened, { Action: 'Unsubscribe', SubscriptionArn })).toEqual({ status: 200 });
    expect([...opened.sns.subscriptions.all()]).toEqual([]);
    expect(await callUnsigned(opened, { Action: 'Publish', TopicArn, Message: 'a' })).toEqual({
      status: 403,
      code: 'MissingAuthenticationToken',
    });
  });

  test('of a role count for these links, too', async () => {
    const opened = open(accessWith());
    const { Token, SubscriptionArn } = subscribe(opened);
    await expect(
      opened.client.send(new ConfirmSubscriptionCommand({ TopicArn, Token })),
    ).rejects.toMatchObject({
      message: notAllowed('sns:ConfirmSubscription', TopicArn),
    });
    await expect(opened.client.send(new UnsubscribeCommand({ SubscriptionArn }))).rejects.toMatchObject({
      message: notAllowed('sns:Unsubscribe', TopicArn),
    });
  });
});

test('the rights on a subscription are rights on its topic', async () => {
  const { client, sns } = open(
    accessWith({ Action: ['sns:Subscribe', 'sns:Unsubscribe'], Resource: TopicArn }),
  );
  const { SubscriptionArn } = await client.send(
    new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'jane@example.com' }),
  );
  await client.send(new UnsubscribeCommand({ SubscriptionArn }));
  expect([...sns.subscriptions.all()]).toEqual([]);
});

describe("a topic's policy", () => {
  test('can deny what the role may do', async () => {
    const Policy = resourcePolicy({ Effect: 'Deny', Principal: '*', ...PUBLISH });
    const { client } = open(accessWith(PUBLISH), { Policy });
    await expect(client.send(new PublishCommand({ TopicArn, Message: 'a' }))).rejects.toMatchObject({
      message: denied('sns:Publish', TopicArn),
    });
  });

  test('that cannot be enforced is refused', async () => {
    const { root, topic } = open(accessWith());
    const Policy = resourcePolicy({ Principal: '*', Action: 'sns:Publsh', Resource: TopicArn });
    const refusal = {
      name: 'InvalidParameterException',
      message: expect.stringMatching(/^Invalid parameter: Policy Error: .*sns:Publsh/),
    };
    const set = { TopicArn, AttributeName: 'Policy', AttributeValue: Policy };
    await expect(root.send(new SetTopicAttributesCommand(set))).rejects.toMatchObject(refusal);
    await expect(
      root.send(new CreateTopicCommand({ Name: 'new', Attributes: { Policy } })),
    ).rejects.toMatchObject(refusal);
    expect(topic.attributes.Policy).toBeUndefined();
  });
});

describe('an encrypted topic', () => {
  test.each([KEY_ID, KEY_ARN])('needs the rights on its key: %s', async (KmsMasterKeyId) => {
    const rights = [PUBLISH, { Action: 'kms:GenerateDataKey', Resource: KEY_ARN }];
    const { client } = open(accessWith(...rights), { KmsMasterKeyId });
    await expect(client.send(new PublishCommand({ TopicArn, Message: 'a' }))).rejects.toMatchObject({
      name: 'KMSAccessDeniedException',
      Error: { Code: 'KMSAccessDenied' },
      message: notAllowed('kms:Decrypt', KEY_ARN),
      $metadata: { httpStatusCode: 400 },
    });
    const all = [...rights, { Action: 'kms:Decrypt', Resource: KEY_ARN }];
    await open(accessWith(...all), { KmsMasterKeyId }).client.send(
      new PublishCommand({ TopicArn, Message: 'a' }),
    );
  });

  test('lets no one publish with a key that does not exist', async () => {
    const { root } = open(accessWith(), { KmsMasterKeyId: 'missing' });
    await expect(root.send(new PublishCommand({ TopicArn, Message: 'a' }))).rejects.toMatchObject({
      name: 'KMSAccessDeniedException',
    });
  });

  test.each(['alias/aws/sns', 'arn:aws:kms:us-east-1:000000000000:alias/aws/sns'])(
    'with the key that AWS manages serves the roles of the account, but no service: %s',
    async (KmsMasterKeyId) => {
      const Policy = resourcePolicy({ Principal: { Service: 's3.amazonaws.com' }, ...PUBLISH });
      const { client, sns } = open(accessWith(PUBLISH), { KmsMasterKeyId, Policy });
      await client.send(new PublishCommand({ TopicArn, Message: 'a' }));
      const s3 = { kind: 'service', service: 's3.amazonaws.com', sourceArn: arn('s3', 'uploads') } as const;
      expect(() => sns.publishAs(s3, { topicArn: TopicArn, message: 'a' })).toThrow(
        'because no resource-based policy allows the kms:GenerateDataKey action',
      );
    },
  );
});

describe('a delivery to a queue', () => {
  const allow = (name: string, topicArn = TopicArn) => ({
    Policy: resourcePolicy({
      Principal: SNS_SERVICE,
      Action: 'sqs:SendMessage',
      Resource: arn('sqs', name),
      Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
    }),
  });

  /** Publishes to a topic with a queue and a dead-letter queue, and returns how many messages each has. */
  async function publish(
    queueAttributes: Record<string, string>,
    deadAttributes: Record<string, string>,
    access = accessWith(PUBLISH),
  ) {
    const { client, sqs, sns } = open(access);
    const queue = sqs.createQueue('orders', queueAttributes);
    const dead = sqs.createQueue('dead', deadAttributes);
    const attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }) };
    sns.subscribe({ topicArn: TopicArn, protocol: 'sqs', endpoint: queue.arn, attributes });
    await client.send(new PublishCommand({ TopicArn, Message: 'a' }));
    return [queue.counts().visible, dead.counts().visible];
  }

  test('needs the policy of the queue, in the same account, too', async () => {
    expect(await publish(allow('orders'), allow('dead'))).toEqual([1, 0]);
    expect(await publish({}, allow('dead'))).toEqual([0, 1]);
  });

  test('is denied to another topic, and then goes to the dead-letter queue of the subscription', async () => {
    expect(await publish(allow('orders', arn('sns', 'other')), allow('dead'))).toEqual([0, 1]);
  });

  test('is lost if the dead-letter queue denies it, too', async () => {
    expect(await publish({}, {})).toEqual([0, 0]);
  });

  test('needs the rights of SNS on the key of an encrypted queue', async () => {
    expect(await publish({ ...allow('orders'), KmsMasterKeyId: KEY_ID }, allow('dead'))).toEqual([0, 1]);
  });
});
