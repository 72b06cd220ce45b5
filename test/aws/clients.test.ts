import { on, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ExecuteStatementCommand } from '@aws-sdk/client-rds-data';
import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { GetObjectCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as clients from '../../lib/aws/clients.ts';
import { Sha256 } from '../../lib/aws/lean-client.ts';

const { createDynamoDbClient, createS3Client, createSnsClient, createSqsClient } = clients;

let server: Server;
let urls: string[];
let userAgents: (string | undefined)[];
let connections: number;
/** JSON of the response's body. */
let answer: string;
/** Status codes that the server responds with, in turn. The last one is repeated. */
let statuses: number[];

beforeEach(async () => {
  urls = [];
  userAgents = [];
  connections = 0;
  answer = '{}';
  statuses = [200];
  server = createServer((request, response) => {
    urls.push(request.url ?? '');
    userAgents.push(request.headers['user-agent']);
    response.statusCode = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
    const json = String(request.headers['content-type']).includes('json');
    request.resume().on('end', () => response.end(json ? answer : '<a></a>'));
  });
  server.on('connection', () => connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const publish = () =>
  createSnsClient().send(new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:1:a', Message: 'any' }));

test('sends the requests of every client to AWS_ENDPOINT_URL, with the S3 bucket in the path', async () => {
  await createSqsClient().send(new GetQueueUrlCommand({ QueueName: 'orders' }));
  await publish();
  await createDynamoDbClient().send(new DescribeTableCommand({ TableName: 'ledger' }));
  await createS3Client(true).send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a key' }));
  expect(urls).toEqual(['/', '/', '/', '/bucket/a%20key?x-id=GetObject']);
});

test('sends DynamoDB requests to AWS_ENDPOINT_URL_DYNAMODB if it is set', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', process.env.AWS_ENDPOINT_URL);
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  await createDynamoDbClient().send(new DescribeTableCommand({ TableName: 'ledger' }));
  expect(urls).toEqual(['/']);
});

test('repeats a request after 500 and 503 until it succeeds', async () => {
  statuses = [500, 503, 200];
  await publish();
  expect(urls).toHaveLength(3);
});

test('stops repeating a publish after three attempts', async () => {
  statuses = [503];
  await expect(publish()).rejects.toThrow();
  expect(urls).toHaveLength(3);
});

test('does not repeat a request that the service rejects', async () => {
  statuses = [400];
  await expect(publish()).rejects.toThrow();
  expect(urls).toHaveLength(1);
});

test('repeats a publish after 8 s without a response, three times at most', async () => {
  server.removeAllListeners('request');
  const requests = on(server, 'request');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // Without jitter, the SDK's pauses between attempts are 0.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const failed = vi.fn<(error: Error) => void>();
  const publishing = publish().catch(failed);
  for (let attempt = 1; attempt <= 3; attempt++) {
    await requests.next();
    await vi.advanceTimersByTimeAsync(7_500);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(600);
  }
  await publishing;
  expect(failed.mock.calls).toMatchObject([[{ name: 'TimeoutError', $metadata: { attempts: 3 } }]]);
});

test('accepts a response of SQS whose MD5 is wrong, because TLS protects bodies already', async () => {
  answer = JSON.stringify({ MessageId: 'm-1', MD5OfMessageBody: '0'.repeat(32) });
  const QueueUrl = `${process.env.AWS_ENDPOINT_URL}/1/orders`;
  const send = new SendMessageCommand({ QueueUrl, MessageBody: 'any' });
  expect(await createSqsClient().send(send)).toMatchObject({ MessageId: 'm-1' });
});

test('addresses buckets by host name unless the path style is chosen', () => {
  expect([createS3Client(false), createS3Client(true)].map(({ config }) => config.forcePathStyle)).toEqual([
    false,
    true,
  ]);
});

/** The part of an SDK client that is examined here. */
interface AnyClient {
  config: {
    sha256: unknown;
    maxAttempts(): Promise<number>;
    requestHandler: { httpHandlerConfigs(): object };
  };
  send(command: object): Promise<unknown>;
}

describe('every client', () => {
  const getQueueUrl = new GetQueueUrlCommand({ QueueName: 'orders' });
  const statement = { resourceArn: 'arn', secretArn: 'arn', sql: 'SELECT 1' };
  const message = { TopicArn: 'arn:aws:sns:us-east-1:1:a', Message: 'any' };
  type Expectation = [
    create: () => unknown,
    request: object,
    requestTimeout: number,
    attempts: number,
    keepAlive: boolean,
  ];
  const CLIENTS: Record<keyof typeof clients, Expectation> = {
    createSqsClient: [createSqsClient, getQueueUrl, 3_000, 4, true],
    createLongPollClient: [clients.createLongPollClient, getQueueUrl, 25_000, 1, true],
    createSnsClient: [createSnsClient, new PublishCommand(message), 8_000, 3, true],
    createDynamoDbClient: [createDynamoDbClient, new ListTablesCommand(), 3_000, 4, true],
    createRdsDataClient: [
      clients.createRdsDataClient,
      new ExecuteStatementCommand(statement),
      50_000,
      1,
      false,
    ],
    createRedshiftDataClient: [clients.createRedshiftDataClient, new ListStatementsCommand(), 8_000, 3, true],
    createLambdaClient: [() => clients.createLambdaClient({}), new ListFunctionsCommand(), 30_000, 2, true],
    createCloudWatchClient: [
      () => clients.createCloudWatchClient({}),
      new ListMetricsCommand(),
      30_000,
      2,
      true,
    ],
    createCloudFormationClient: [
      () => clients.createCloudFormationClient({}),
      new ListStacksCommand(),
      30_000,
      2,
      true,
    ],
    createS3Client: [() => createS3Client(true), new ListBucketsCommand(), 15_000, 3, true],
  };

  test.each(Object.entries(CLIENTS))(
    'is lean, and has its own timeout, attempts and connections: %s',
    async (_name, expected) => {
      const [create, request, requestTimeout, attempts, keepAlive] = expected;
      const client = create() as AnyClient;
      // Some protocols cannot read the server's response. Only the requests matter here.
      for (let sent = 0; sent < 2; sent++) await client.send(request).catch(() => undefined);
      expect(userAgents[0]).toMatch(/^order-pipeline /);
      expect(connections).toBe(keepAlive ? 1 : 2);
      expect(client.config.sha256).toBe(Sha256);
      expect(await client.config.maxAttempts()).toBe(attempts);
      const agent = { keepAlive, maxSockets: 256 };
      expect(client.config.requestHandler.httpHandlerConfigs()).toMatchObject({
        connectionTimeout: 2_000,
        requestTimeout,
        throwOnRequestTimeout: true,
        httpAgent: agent,
        httpsAgent: agent,
      });
    },
  );
});
