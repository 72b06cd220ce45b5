import { expect, test } from 'vitest';
import { routeRequests, type Services } from '../../local/aws-services/route-request.ts';
import type { ServiceRequest } from '../../local/aws-services/service.ts';

const named = (name: string) => () => ({ status: 200, body: name });
const services: Services = {
  sqs: named('SQS'),
  sns: named('SNS'),
  s3: named('S3'),
  invoke: async (name) => ({ found: true, payload: JSON.stringify(name) }),
  listMappings: async () => [],
  updateMapping: async () => undefined,
  inspect: async () => ({ since: '', queues: {}, functions: {}, confirmed: 0, denials: [] }),
  listMails: () => ({ total: 0, mails: [] }),
};

/** Routes a request and returns the body of its answer. */
async function route(method: string, url: string, headers: Record<string, string> = {}, body = '') {
  const { pathname: path, searchParams: query } = new URL(url, 'http://localhost');
  const request: ServiceRequest = {
    method,
    path,
    query,
    headers,
    body: Buffer.from(body),
    sourceIp: '127.0.0.1',
    requestId: 'request-1',
    signal: new AbortController().signal,
  };
  return (await routeRequests(services)(request)).body;
}
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

test.each([
  ['SQS', 'POST', '/', { 'x-amz-target': 'AmazonSQS.SendMessage' }, '{}'],
  ['SQS', 'POST', '/', form, 'Action=ListQueues&Version=2012-11-05'],
  ['SQS', 'POST', '/000000000000/orders', form, 'Version=2012-11-05&Action=SendMessage&MessageBody=a'],
  ['SQS', 'GET', '/000000000000/orders?Action=ReceiveMessage&Version=2012-11-05', {}, ''],
  ['SNS', 'POST', '/', form, 'Action=Publish&Message=Version%3D2012-11-05&Version=2010-03-31'],
  ['SNS', 'GET', '/?Action=ConfirmSubscription&Version=2010-03-31', {}, ''],
  ['S3', 'GET', '/', {}, ''],
  ['S3', 'PUT', '/bucket/form.csv', form, 'Action=a&Version=2010-03-31'],
  ['S3', 'POST', '/bucket', { 'content-type': 'multipart/form-data; boundary=b' }, 'Version=2010-03-31'],
  ['S3', 'GET', '/bucket/key?Version=2010-03-31', {}, ''],
] as const)('%s answers %s %s %j %s', async (service, method, url, headers, body) => {
  expect(await route(method, url, headers, body)).toBe(service);
});

test('STS names the account, and refuses other actions', async () => {
  expect(await route('POST', '/', form, 'Action=GetCallerIdentity&Version=2011-06-15')).toContain(
    '<Account>000000000000</Account>',
  );
  expect(await route('POST', '/', form, 'Action=AssumeRole&Version=2011-06-15')).toContain(
    '<Code>InvalidAction</Code>',
  );
});

test('Lambda invokes a function by its name or ARN, and lists mappings with and without a trailing slash', async () => {
  const arn = encodeURIComponent('arn:aws:lambda:us-east-1:000000000000:function:greet');
  for (const name of ['greet', 'greet:$LATEST', arn])
    expect(await route('POST', `/2015-03-31/functions/${name}/invocations`)).toBe('"greet"');
  for (const path of ['/2015-03-31/event-source-mappings', '/2015-03-31/event-source-mappings/'])
    expect(await route('GET', path)).toBe('{"EventSourceMappings":[]}');
  expect(await route('DELETE', '/2015-03-31/event-source-mappings/an-id')).toContain('only lists');
});

test('Lambda uses a name or id with an invalid encoding as it is', async () => {
  expect(await route('POST', '/2015-03-31/functions/%E0%A4%A/invocations')).toBe('"%E0%A4%A"');
  expect(await route('GET', '/2015-03-31/event-source-mappings/%E0%A4%A')).toContain('does not exist');
});

test('inspection routes answer GET, and name an unknown path', async () => {
  expect(await route('GET', '/_inspection')).toContain('"confirmed":0');
  expect(await route('GET', '/_inspection/mailbox?limit=5')).toBe('{"total":0,"mails":[]}');
  expect(await route('GET', '/_inspection/mailbox?limit=0')).toContain('limit=0');
  expect(await route('GET', '/_inspection/nothing')).toContain('no such route');
  expect(await route('POST', '/_inspection')).toContain('must be GET');
});
