import {
  AddPermissionCommand,
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openMemoryStorage } from '../../../local/aws-services/storage.ts';
import type { Access } from '../../../local/iam/access.ts';
import { createSqsService } from '../../../local/sqs/handle-sqs.ts';
import { Sqs } from '../../../local/sqs/sqs.ts';
import { arn } from '../../../local/stack/account.ts';
import { clientOptions, ENDPOINT } from '../client-of-service.ts';
import { connect } from '../sqs/create-sqs.ts';
import {
  accessWith,
  denied,
  KEY_ARN,
  KEY_ID,
  notAllowed,
  ROLE_KEY,
  ROOT_KEY,
  resourcePolicy,
  SESSION_ARN,
  signedWith,
} from './test-access.ts';

const ORDERS = arn('sqs', 'orders');
const EVERYTHING = { Action: 'sqs:*', Resource: '*' };

/** Opens SQS with a queue `orders`, its dead-letter queue `dead`, and a client of the role. */
function open(access: Access, attributes: Record<string, string> = {}) {
  const sqs = new Sqs({ storage: openMemoryStorage(), endpoint: ENDPOINT, enforcement: { access } });
  onTestFinished(() => sqs.stop());
  const dead = sqs.createQueue('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
  const queue = sqs.createQueue('orders', { RedrivePolicy, ...attributes });
  const clientOf = (accessKeyId: string) =>
    new SQSClient({ ...clientOptions(createSqsService(sqs)), ...signedWith(accessKeyId) });
  return { sqs, queue, dead, QueueUrl: sqs.urlOf(queue), client: clientOf(ROLE_KEY), clientOf };
}

describe('a role without the right', () => {
  test('is denied with the code of SQS and the message of IAM, and nothing happens', async () => {
    const { client, QueueUrl, queue } = open(accessWith({ Action: 'sqs:ReceiveMessage', Resource: ORDERS }));
    await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: notAllowed('sqs:SendMessage', ORDERS),
      $fault: 'client',
      $metadata: { httpStatusCode: 403 },
    });
    expect(queue.counts()).toMatchObject({ visible: 0 });
  });

  test('is denied in both protocols', async () => {
    const { sqs, QueueUrl } = open(accessWith());
    const { request } = connect(sqs);
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=${ROLE_KEY}/20261201/us-east-1/sqs/aws4_request`,
    };
    const body = `Action=SendMessage&MessageBody=a&QueueUrl=${encodeURIComponent(QueueUrl)}`;
    const xml = await request({ headers, body });
    expect([xml.status, String(xml.body)]).toEqual([
      403,
      expect.stringContaining('<Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:sts::'),
    ]);
    const target = { 'x-amz-target': 'AmazonSQS.SendMessage' };
    const json = await request({
      headers: { ...headers, ...target },
      body: JSON.stringify({ QueueUrl, MessageBody: 'a' }),
    });
    expect([json.status, json.headers?.['x-amzn-query-error'], JSON.parse(String(json.body)).__type]).toEqual(
      [403, 'AccessDenied;Sender', 'com.amazon.coral.service#AccessDeniedException'],
    );
  });

  test('does not learn whether a queue exists', async () => {
    const { client } = open(accessWith({ Action: 'sqs:SendMessage', Resource: arn('sqs', 'may-*') }));
    const send = (name: string) =>
      client.send(new SendMessageCommand({ QueueUrl: `${ENDPOINT}/000000000000/${name}`, MessageBody: 'a' }));
    await expect(send('nowhere')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(send('may-exist')).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  test('cannot name another queue in a parameter that the action does not read', async () => {
    const { sqs } = open(accessWith({ Action: 'sqs:*', Resource: arn('sqs', 'dead') }));
    const { request } = connect(sqs);
    const headers = {
      authorization: `AWS4-HMAC-SHA256 Credential=${ROLE_KEY}/20261201/us-east-1/sqs/aws4_request`,
      'x-amz-target': 'AmazonSQS.GetQueueUrl',
    };
    const body = JSON.stringify({ QueueUrl: `${ENDPOINT}/000000000000/dead`, QueueName: 'orders' });
    expect((await request({ headers, body })).status).toBe(403);
  });
});

test.each([
  [
    'sqs:SendMessage',
    (QueueUrl: string) => new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'a' }] }),
  ],
  [
    'sqs:DeleteMessage',
    (QueueUrl: string) =>
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', ReceiptHandle: 'a' }] }),
  ],
  [
    'sqs:ChangeMessageVisibility',
    (QueueUrl: string) =>
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [{ Id: '1', ReceiptHandle: 'a', VisibilityTimeout: 1 }],
      }),
  ],
])('a batch needs %s, and no action of its own', async (Action, commandOf) => {
  const allowed = open(accessWith({ Action, Resource: ORDERS }));
  await allowed.client.send(commandOf(allowed.QueueUrl) as SendMessageBatchCommand);
  const { client, QueueUrl } = open(accessWith());
  await expect(client.send(commandOf(QueueUrl) as SendMessageBatchCommand)).rejects.toMatchObject({
    name: 'AccessDenied',
    message: notAllowed(Action, ORDERS),
  });
});

describe('credentials', () => {
  test('with an unknown access key are refused', async () => {
    const { clientOf, QueueUrl } = open(accessWith());
    await expect(
      clientOf('AKIAUNKNOWN').send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' })),
    ).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test.each([
    ['none', {}],
    ['those that are no signature', { authorization: 'Bearer abc' }],
  ])('are required: %s', async (_name, headers) => {
    const { sqs } = open(accessWith());
    const { status, body } = await connect(sqs).request({ headers, body: 'Action=ListQueues' });
    expect([status, String(body)]).toEqual([
      403,
      expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
    ]);
  });

  test('of a presigned URL count', async () => {
    const { sqs } = open(accessWith());
    const query = new URLSearchParams({
      Action: 'ListQueues',
      'X-Amz-Credential': `${ROOT_KEY}/20261201/us-east-1/sqs/aws4_request`,
    });
    expect((await connect(sqs).request({ method: 'GET', query })).status).toBe(200);
  });
});

describe("a queue's policy", () => {
  const consumer = { AWS: SESSION_ARN };

  test('can deny what the role may do', async () => {
    const Policy = resourcePolicy({
      Effect: 'Deny',
      Principal: '*',
      Action: 'sqs:SendMessage',
      Resource: ORDERS,
    });
    const { client, QueueUrl } = open(accessWith(EVERYTHING), { Policy });
    await client.send(new ReceiveMessageCommand({ QueueUrl }));
    await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))).rejects.toMatchObject({
      message: denied('sqs:SendMessage', ORDERS),
    });
  });

  test('can allow what the role may not do, from the moment when it is set', async () => {
    const { client, clientOf, QueueUrl } = open(accessWith());
    const Policy = resourcePolicy({ Principal: consumer, Action: 'sqs:SendMessage', Resource: ORDERS });
    await clientOf(ROOT_KEY).send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await expect(client.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  test.each([
    ['CreateQueue', (Policy: string) => new CreateQueueCommand({ QueueName: 'new', Attributes: { Policy } })],
    [
      'SetQueueAttributes',
      (Policy: string, QueueUrl: string) =>
        new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }),
    ],
  ])('that cannot be enforced is refused by %s', async (_name, commandOf) => {
    const { sqs, clientOf, QueueUrl, queue } = open(accessWith());
    const Policy = resourcePolicy({ Principal: '*', Action: 'sqs:SendMesage', Resource: ORDERS });
    await expect(
      clientOf(ROOT_KEY).send(commandOf(Policy, QueueUrl) as CreateQueueCommand),
    ).rejects.toMatchObject({
      name: 'InvalidAttributeValue',
      message: expect.stringMatching(/^Invalid value for the parameter Policy\. Reason: .*sqs:SendMesage/),
    });
    expect([sqs.find('new'), queue.attributes.Policy]).toEqual([undefined, undefined]);
  });

  test('cannot get an action that does not exist with AddPermission', async () => {
    const { clientOf, QueueUrl } = open(accessWith());
    const permission = { QueueUrl, Label: 'any', AWSAccountIds: ['000000000000'] };
    const root = clientOf(ROOT_KEY);
    await root.send(new AddPermissionCommand({ ...permission, Actions: ['SendMessage'] }));
    await expect(
      root.send(new AddPermissionCommand({ ...permission, Label: 'other', Actions: ['SendMesage'] })),
    ).rejects.toMatchObject({ name: 'InvalidAttributeValue' });
  });
});

describe('an encrypted queue', () => {
  const attributes = { KmsMasterKeyId: KEY_ID };

  test('needs the rights on its key', async () => {
    const { client, QueueUrl } = open(
      accessWith(EVERYTHING, { Action: 'kms:Decrypt', Resource: KEY_ARN }),
      attributes,
    );
    await client.send(new ReceiveMessageCommand({ QueueUrl }));
    await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }))).rejects.toMatchObject({
      name: 'KmsAccessDenied',
      message: notAllowed('kms:GenerateDataKey', KEY_ARN),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('needs none on the key that AWS manages', async () => {
    const { client, QueueUrl } = open(accessWith(EVERYTHING), { KmsMasterKeyId: 'alias/aws/sqs' });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  });
});

describe('an action on several queues', () => {
  const ON_DEAD = [
    'sqs:StartMessageMoveTask',
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
  ];
  const DEAD = arn('sqs', 'dead');

  test('is allowed with all rights', async () => {
    const rights = [
      { Action: ON_DEAD, Resource: DEAD },
      { Action: 'sqs:SendMessage', Resource: ORDERS },
    ];
    const { client } = open(accessWith(...rights));
    await client.send(new StartMessageMoveTaskCommand({ SourceArn: DEAD }));
  });

  test.each(ON_DEAD)('is denied without %s on the dead-letter queue', async (missing) => {
    const others = ON_DEAD.filter((action) => action !== missing);
    const rights = [
      { Action: others, Resource: DEAD },
      { Action: 'sqs:*', Resource: ORDERS },
    ];
    const { client } = open(accessWith(...rights));
    await expect(client.send(new StartMessageMoveTaskCommand({ SourceArn: DEAD }))).rejects.toMatchObject({
      message: notAllowed(missing, DEAD),
    });
  });

  test.each([
    ['the source of its messages', undefined, ORDERS],
    ['its destination', arn('sqs', 'other'), arn('sqs', 'other')],
  ])('is denied without sqs:SendMessage on %s', async (_name, DestinationArn, target) => {
    const { client, sqs } = open(accessWith({ Action: ON_DEAD, Resource: DEAD }));
    sqs.createQueue('other');
    await expect(
      client.send(new StartMessageMoveTaskCommand({ SourceArn: DEAD, DestinationArn })),
    ).rejects.toMatchObject({
      message: notAllowed('sqs:SendMessage', target),
    });
    expect(sqs.moveTasks.list(DEAD, 1)).toEqual([]);
  });

  test('is about the queue of a task when the task is canceled or listed', async () => {
    const { client, sqs, dead } = open(accessWith({ Action: 'sqs:GetQueueAttributes', Resource: DEAD }));
    for (let count = 0; count < 20; count++) dead.send({ body: 'a' });
    const { handle: TaskHandle } = sqs.moveTasks.start(DEAD, undefined, 1);
    await expect(client.send(new CancelMessageMoveTaskCommand({ TaskHandle }))).rejects.toMatchObject({
      message: notAllowed('sqs:CancelMessageMoveTask', DEAD),
    });
    await expect(client.send(new ListMessageMoveTasksCommand({ SourceArn: DEAD }))).rejects.toMatchObject({
      message: notAllowed('sqs:ListMessageMoveTasks', DEAD),
    });
    expect(sqs.moveTasks.list(DEAD, 1)).toMatchObject([{ status: 'RUNNING' }]);
  });
});

test('a new queue with tags needs the right to tag it', async () => {
  const { client } = open(accessWith({ Action: 'sqs:CreateQueue', Resource: '*' }));
  await client.send(new CreateQueueCommand({ QueueName: 'plain' }));
  const tagged = new CreateQueueCommand({ QueueName: 'tagged', tags: { team: 'sales' } });
  await expect(client.send(tagged)).rejects.toMatchObject({
    message: notAllowed('sqs:TagQueue', arn('sqs', 'tagged')),
  });
});

test('a list of queues is about no queue', async () => {
  const onlyOne = open(accessWith({ Action: 'sqs:*', Resource: ORDERS }));
  await onlyOne.client.send(new GetQueueAttributesCommand({ QueueUrl: onlyOne.QueueUrl }));
  await expect(onlyOne.client.send(new ListQueuesCommand({}))).rejects.toMatchObject({
    message: notAllowed('sqs:ListQueues', '*'),
  });
  const all = open(accessWith({ Action: 'sqs:ListQueues', Resource: '*' }));
  expect((await all.client.send(new ListQueuesCommand({}))).QueueUrls).toHaveLength(2);
});
