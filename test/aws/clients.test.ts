import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  createDynamoDbClient,
  createS3Client,
  createSnsClient,
  createSqsClient,
} from '../../lib/aws/clients.ts';

let server: Server;
let urls: string[];
/** Status codes that the server responds with, in turn. The last one is repeated. */
let statuses: number[];

beforeEach(async () => {
  urls = [];
  statuses = [200];
  server = createServer((request, response) => {
    urls.push(request.url ?? '');
    response.statusCode = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
    const json = String(request.headers['content-type']).includes('json');
    request.resume().on('end', () => response.end(json ? '{}' : '<a></a>'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
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
