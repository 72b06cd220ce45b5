import {
  CreateTableCommand,
  type CreateTableInput,
  DynamoDBClient,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startAwsServices } from '../../../local/aws-services/start-aws-services.ts';
import { startDynamoDb } from '../../../local/dynamodb/start-dynamodb.ts';
import type { Principal } from '../../../local/iam/access.ts';
import { arn, REGION } from '../../../local/stack/account.ts';
import type { DeniedRequest } from '../../../operations/status/inspection.ts';
import { THINGS } from '../dynamodb/call-dynamodb.ts';
import {
  KEY_ID,
  notAllowed,
  ROLE_KEY,
  ROOT_KEY,
  resourcePolicy,
  SESSION_ARN,
  settingsOf,
  signedWith,
} from './test-access.ts';

const ORDERS = arn('sqs', 'orders');
const TopicArn = arn('sns', 'order-files');
const principal: Principal = { kind: 'role', roleName: 'consumer', sessionName: 'worker-1' };

async function start() {
  const denied: DeniedRequest[] = [];
  const services = await startAwsServices({
    port: 0,
    mailboxQueueName: 'mailbox',
    onDenied: (request) => denied.push(request),
  });
  onTestFinished(() => services.stop());
  const options = (accessKeyId: string) => ({
    endpoint: services.endpoint,
    region: REGION,
    maxAttempts: 1,
    ...signedWith(accessKeyId),
  });
  return { services, denied, options };
}

test('the thread of SQS, SNS and S3 enforces the access that it receives while it runs, and reports what it refuses', async () => {
  const { services, denied, options } = await start();
  const role = new SQSClient(options(ROLE_KEY));
  const { QueueUrl } = await role.send(new CreateQueueCommand({ QueueName: 'orders' }));
  await services.setAccess(settingsOf({ Action: 'sqs:SendMessage', Resource: ORDERS }));
  await role.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  for (let count = 0; count < 2; count++) {
    await expect(role.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  }
  const refused = {
    principal: SESSION_ARN,
    action: 'sqs:ReceiveMessage',
    resource: ORDERS,
    message: notAllowed('sqs:ReceiveMessage', ORDERS),
  };
  await vi.waitFor(() =>
    expect(denied).toMatchObject([
      { ...refused, count: 1 },
      { ...refused, count: 2 },
    ]),
  );
  expect(await services.denials()).toMatchObject([{ ...refused, count: 2 }]);
  expect(await services.usage()).toMatchObject([{ action: 'sqs:SendMessage', used: true }]);
  await expect(services.setAccess(settingsOf({ Action: 'sqs:Snd', Resource: ORDERS }))).rejects.toThrow(
    'sqs:Snd',
  );
});

test('a reader of a queue has the rights of the role that it reads for', async () => {
  const { services, options } = await start();
  const root = new SQSClient(options(ROOT_KEY));
  const { QueueUrl } = await root.send(new CreateQueueCommand({ QueueName: 'orders' }));
  await root.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
  await services.setAccess(
    settingsOf({ Action: ['sqs:ReceiveMessage', 'sqs:GetQueueAttributes'], Resource: ORDERS }),
  );
  const { signal } = new AbortController();
  await expect(services.readQueue('orders', principal).receive(1, 0, signal)).rejects.toThrow(
    notAllowed('sqs:DeleteMessage', ORDERS),
  );
  expect(await services.readQueue('orders').receive(1, 0, signal)).toHaveLength(1);
});

test('S3 notifies an encrypted topic, and the topic a queue, only with the policies of topic, key and queue', async () => {
  const { services, options } = await start();
  await services.setAccess(settingsOf());
  const sqs = new SQSClient(options(ROOT_KEY));
  const sns = new SNSClient(options(ROOT_KEY));
  const s3 = new S3Client({ ...options(ROOT_KEY), forcePathStyle: true });
  for (const Bucket of ['uploads', 'others']) await s3.send(new CreateBucketCommand({ Bucket }));
  const Policy = resourcePolicy({
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: ORDERS,
    Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
  });
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: 'orders', Attributes: { Policy } }),
  );
  await sns.send(new CreateTopicCommand({ Name: 'order-files', Attributes: { KmsMasterKeyId: KEY_ID } }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: ORDERS }));
  const notify = (bucket: string) =>
    services.putBucketNotification(bucket, [{ topicArn: TopicArn, events: ['s3:ObjectCreated:*'] }]);
  const unableToValidate = 'Unable to validate the following destination configurations';

  await expect(notify('uploads')).rejects.toThrow(unableToValidate);
  const topicPolicy = resourcePolicy({
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: TopicArn,
  });
  const set = { TopicArn, AttributeName: 'Policy', AttributeValue: topicPolicy };
  await sns.send(new SetTopicAttributesCommand(set));
  // The key serves only the bucket `uploads`.
  await expect(notify('others')).rejects.toThrow(unableToValidate);
  await notify('uploads');
  await s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'a.csv', Body: 'a' }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  expect(Messages.map(({ Body = '' }) => JSON.parse(JSON.parse(Body).Message))).toMatchObject([
    { Event: 's3:TestEvent', Bucket: 'uploads' },
    { Records: [{ s3: { object: { key: 'a.csv' } } }] },
  ]);
  expect(await services.denials()).toMatchObject([
    { principal: 's3.amazonaws.com', action: 'sns:Publish', resource: TopicArn },
    { principal: 's3.amazonaws.com', action: 'kms:GenerateDataKey' },
  ]);
});

test('the thread of DynamoDB enforces the access that it receives while it runs, and reports what it refuses', async () => {
  const denied: DeniedRequest[] = [];
  const dynamoDb = await startDynamoDb({ port: 0, onDenied: (request) => denied.push(request) });
  onTestFinished(() => dynamoDb.stop());
  const options = { endpoint: dynamoDb.endpoint, region: REGION, maxAttempts: 1, ...signedWith(ROLE_KEY) };
  const role = new DynamoDBClient(options);
  await role.send(new CreateTableCommand(THINGS as CreateTableInput));
  const get = () => role.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: 'a' } } }));
  await get();
  await dynamoDb.setAccess(settingsOf({ Action: 'dynamodb:PutItem', Resource: '*' }));
  await expect(get()).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: notAllowed('dynamodb:GetItem', arn('dynamodb', 'table/things')),
  });
  await vi.waitFor(() => expect(denied).toMatchObject([{ action: 'dynamodb:GetItem', count: 1 }]));
  expect(await dynamoDb.denials()).toEqual(denied);
  expect(await dynamoDb.usage()).toMatchObject([{ action: 'dynamodb:PutItem', used: false }]);
  await expect(dynamoDb.setAccess(settingsOf({ Action: 'dynamodb:Put', Resource: '*' }))).rejects.toThrow(
    'dynamodb:Put',
  );
});
