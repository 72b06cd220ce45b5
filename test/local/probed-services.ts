import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import type { Service } from '../../local/aws-services/service.ts';
import type { Storage } from '../../local/aws-services/storage.ts';
import { createDynamoDbService } from '../../local/dynamodb/handle-dynamodb.ts';
import type { Enforcement } from '../../local/iam/caller.ts';
import { createS3Service } from '../../local/s3/handle-s3.ts';
import { openS3 } from '../../local/s3/open-s3.ts';
import { createSnsService } from '../../local/sns/handle-sns.ts';
import { openMailbox } from '../../local/sns/mailbox.ts';
import { Sns } from '../../local/sns/sns.ts';
import { createSqsService } from '../../local/sqs/handle-sqs.ts';
import { Sqs } from '../../local/sqs/sqs.ts';
import { ACCOUNT_ID, arn } from '../../local/stack/account.ts';
import { clientOptions, ENDPOINT } from './client-of-service.ts';

/** Content of the object in S3. */
export const CONTENT = 'id,name\n1,Jane\n';

/** A service that contains what its operations need. */
export interface OpenedService {
  /** The SDK's client. */
  client: { send(command: never): Promise<unknown> };
  /** Fields for all operations. The SDK leaves out those that an operation does not have. */
  input: object;
  /** Fields that differ for some operations, by the operation's name. */
  inputs: Record<string, object>;
  stop?(): void;
}

/**
 * @param observe Wraps the service that the client calls.
 * @param enforcement Default: nothing is enforced.
 */
type Open = (
  storage: Storage,
  observe: (service: Service) => Service,
  enforcement?: Enforcement,
) => OpenedService | Promise<OpenedService>;

/** A service of the embedded cloud that can be probed. */
export interface ProbedService {
  title: string;
  /** The SDK's package, which exports a class for each operation. */
  sdk: object;
  open: Open;
}

const openSqs: Open = async (storage, observe, enforcement = {}) => {
  const engine = new Sqs({ storage, endpoint: ENDPOINT, enforcement });
  const client = new sqs.SQSClient(clientOptions(observe(createSqsService(engine))));
  const queue = engine.createQueue('orders');
  const [idle, moving] = ['idle', 'moving'].map((name) => {
    const dead = engine.createQueue(name);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
    engine.createQueue(`source-of-${name}`, { RedrivePolicy });
    return dead;
  });
  queue.send({ body: 'text' });
  // The task moves a message each second, so it is still running when it is canceled.
  for (let sent = 0; sent < 20; sent++) moving?.send({ body: 'text' });
  const TaskHandle = engine.moveTasks.start(String(moving?.arn), undefined, 1).handle;

  const QueueUrl = engine.urlOf(queue);
  const permission = { QueueUrl, AWSAccountIds: [ACCOUNT_ID], Actions: ['SendMessage'], Label: 'exists' };
  await client.send(new sqs.AddPermissionCommand(permission));
  const { Messages } = await client.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
  const entry = { ReceiptHandle: Messages?.[0]?.ReceiptHandle, VisibilityTimeout: 30, MessageBody: 'text' };
  const input = {
    ...permission,
    ...entry,
    Entries: [{ ...entry, Id: '1' }],
    QueueName: 'orders',
    Attributes: { VisibilityTimeout: '30' },
    SourceArn: idle?.arn,
    TaskHandle,
    Tags: { team: 'sales' },
    TagKeys: ['team'],
  };
  return { client, input, inputs: { AddPermission: { Label: 'new' } }, stop: () => engine.stop() };
};

const openSns: Open = (storage, observe, enforcement = {}) => {
  const engine = new Sns({
    storage,
    enforcement,
    endpoint: ENDPOINT,
    mailbox: openMailbox({ send() {}, messages: () => [] }),
    findQueue: () => ({ send() {} }),
    invoke: async () => ({ found: true }),
  });
  const { arn: TopicArn } = engine.topics.create('orders');
  engine.topics.addPermission(TopicArn, 'exists', [ACCOUNT_ID], ['Publish']);
  const endpoint = { Protocol: 'sqs', Endpoint: arn('sqs', 'orders') };
  const subscribe = (protocol: string, to: string) =>
    engine.subscriptions.subscribe({ topicArn: TopicArn, protocol, endpoint: to, attributes: {} });
  const input = {
    ...endpoint,
    TopicArn,
    ResourceArn: TopicArn,
    Name: 'orders',
    SubscriptionArn: subscribe(endpoint.Protocol, endpoint.Endpoint).arn,
    Token: subscribe('http', ENDPOINT).token,
    Message: 'text',
    PublishBatchRequestEntries: [{ Id: '1', Message: 'text' }],
    AttributeName: 'DisplayName',
    AttributeValue: 'Orders',
    AWSAccountId: [ACCOUNT_ID],
    ActionName: ['Publish'],
    Label: 'exists',
    Tags: [{ Key: 'team', Value: 'sales' }],
    TagKeys: ['team'],
  };
  const inputs = {
    AddPermission: { Label: 'new' },
    CreateTopic: { Name: 'new' },
    SetSubscriptionAttributes: { AttributeName: 'RawMessageDelivery', AttributeValue: 'true' },
  };
  return { client: new sns.SNSClient(clientOptions(observe(createSnsService(engine)))), input, inputs };
};

const openS3Client: Open = async (storage, observe, enforcement) => {
  const engine = openS3(storage, { publish() {}, hasTopic: () => true }, enforcement);
  const client = new s3.S3Client({
    ...clientOptions(observe(createS3Service(engine))),
    forcePathStyle: true,
  });
  const object = { Bucket: 'orders', Key: 'a.csv' };
  for (const Bucket of ['orders', 'empty']) await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.PutObjectCommand({ ...object, Body: CONTENT }));
  const owner = { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` };
  const statement = { Effect: 'Allow', Principal: owner, Action: 's3:*', Resource: 'arn:aws:s3:::orders' };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await client.send(new s3.PutBucketPolicyCommand({ ...object, Policy }));
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(object));
  const part = { PartNumber: 1, Body: 'text' };
  const { ETag } = await client.send(new s3.UploadPartCommand({ ...object, UploadId, ...part }));
  const input = {
    ...object,
    ...part,
    UploadId,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    CopySource: 'orders/a.csv',
    Delete: { Objects: [{ Key: 'a.csv' }] },
    ObjectAttributes: ['ETag'],
    Tagging: { TagSet: [{ Key: 'team', Value: 'sales' }] },
    Policy,
    NotificationConfiguration: {
      TopicConfigurations: [{ TopicArn: arn('sns', 'uploads'), Events: ['s3:ObjectCreated:*'] }],
    },
    // Fields that the SDK requires for operations that are refused.
    Id: 'a',
    RenameSource: 'orders/a.csv',
    RequestRoute: 'route',
    RequestToken: 'token',
  };
  const tags = { Tagging: 'team=sales' };
  const inputs = {
    CopyObject: { ...tags, Key: 'b.csv' },
    CreateMultipartUpload: tags,
    DeleteBucket: { Bucket: 'empty' },
    PutObject: tags,
  };
  return { client, input, inputs };
};

const openDynamoDb: Open = async (storage, observe, enforcement) => {
  const service = observe(createDynamoDbService(storage, enforcement));
  const client = new dynamodb.DynamoDBClient(clientOptions(service));
  const TableName = 'orders';
  const table: dynamodb.CreateTableInput = {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  await client.send(new dynamodb.CreateTableCommand(table));
  const Key = { id: { S: '1' } };
  const insert = { Statement: `INSERT INTO "orders" VALUE {'id': ?}`, Parameters: [{ S: '2' }] };
  const input = {
    ...table,
    ...insert,
    Key,
    Item: Key,
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  };
  const inputs = {
    BatchExecuteStatement: { Statements: [insert] },
    BatchGetItem: { RequestItems: { orders: { Keys: [Key] } } },
    BatchWriteItem: { RequestItems: { orders: [{ PutRequest: { Item: Key } }] } },
    CreateTable: { TableName: 'new' },
    Query: { KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': Key.id } },
    TransactGetItems: { TransactItems: [{ Get: { TableName, Key } }] },
    TransactWriteItems: { TransactItems: [{ Put: { TableName, Item: Key } }] },
  };
  return { client, input, inputs };
};

export const PROBED_SERVICES: ProbedService[] = [
  { title: 'SQS', sdk: sqs, open: openSqs },
  { title: 'SNS', sdk: sns, open: openSns },
  { title: 'S3', sdk: s3, open: openS3Client },
  { title: 'DynamoDB', sdk: dynamodb, open: openDynamoDb },
];
