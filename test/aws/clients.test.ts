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
/** Answers of the server, in turn; the last one stays. */
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

test('every client goes to AWS_ENDPOINT_URL, and S3 names its bucket in the path there', async () => {
  await createSqsClient().send(new GetQueueUrlCommand({ QueueName: 'orders' }));
  await publish();
  await createDynamoDbClient().send(new DescribeTableCommand({ TableName: 'ledger' }));
  await createS3Client(true).send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a key' }));
  expect(urls).toEqual(['/', '/', '/', '/bucket/a%20key?x-id=GetObject']);
});

test('DynamoDB goes to AWS_ENDPOINT_URL_DYNAMODB where that is set', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', process.env.AWS_ENDPOINT_URL);
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
  await createDynamoDbClient().send(new DescribeTableCommand({ TableName: 'ledger' }));
  expect(urls).toEqual(['/']);
});

test('a request that meets 500 and 503 is repeated until it goes through', async () => {
  statuses = [500, 503, 200];
  await publish();
  expect(urls).toHaveLength(3);
});

test('a request is given up after three attempts, if it publishes', async () => {
  statuses = [503];
  await expect(publish()).rejects.toThrow();
  expect(urls).toHaveLength(3);
});

test('a request that the service refuses is not repeated', async () => {
  statuses = [400];
  await expect(publish()).rejects.toThrow();
  expect(urls).toHaveLength(1);
});
