import {
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import remove from '../../events/customers-delete.json' with { type: 'json' };
import register from '../../events/customers-post.json' with { type: 'json' };
import badAddress from '../../events/customers-post-bad-address.json' with { type: 'json' };
import { createTopic } from '../../lib/aws/topic.ts';
import { toPublishedMessage } from '../../lib/confirm/confirmed-message.ts';
import { startHttpApi } from '../../local/http-api.ts';
import { emptyQueue } from '../aws/empty-queue.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { seedOrder } from '../order/seed-order.ts';
import { captureLog } from './capture-log.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let api: Awaited<ReturnType<typeof startHttpApi>>;
let handler: typeof import('../../handlers/customers.ts')['handler'];
let log: ReturnType<typeof captureLog>;
let TopicArn: string;

beforeAll(async () => {
  pipeline = await startPipeline('customers');
  ({ handler } = await import('../../handlers/customers.ts'));
  TopicArn = pipeline.output('OrderEventsTopicArn');
  const invoke = async (payload: string) => ({ payload: JSON.stringify(await call(JSON.parse(payload))) });
  const routes = [
    { method: 'POST', path: '/customers', invoke },
    { method: 'DELETE', path: '/customers/{email_id}', invoke },
  ];
  api = await startHttpApi(routes, 0);
});
afterAll(async () => {
  await api.stop();
  await pipeline.stop();
});
beforeEach(async () => {
  for (const { SubscriptionArn } of await emailSubscriptions()) {
    await pipeline.sns.send(new UnsubscribeCommand({ SubscriptionArn }));
  }
  await readMailbox();
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const call = (event: unknown) => handler(event as APIGatewayProxyEventV2, lambdaContext());

async function parseResponse(response: Response) {
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type')?.split(';')[0],
    body: text ? JSON.parse(text) : '',
  };
}
const post = async (body: string) =>
  parseResponse(await fetch(`${api.url}/customers`, { method: 'POST', body }));
const postCustomer = (email_id: unknown) => post(JSON.stringify({ email_id }));
/** @param path Last part of the URL, encoded. */
const deleteCustomer = async (path: string) =>
  parseResponse(await fetch(`${api.url}/customers/${path}`, { method: 'DELETE' }));

async function emailSubscriptions() {
  const all = [];
  for (let NextToken: string | undefined, first = true; first || NextToken; first = false) {
    const page = await pipeline.sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn, ...(NextToken && { NextToken }) }),
    );
    all.push(...(page.Subscriptions ?? []));
    NextToken = page.NextToken;
  }
  return all.filter(({ Protocol }) => Protocol === 'email');
}

/** Reads the new e-mails: address and order, or address and subject if there is no order. */
async function readMailbox(): Promise<string[]> {
  const QueueUrl = await pipeline.createQueue('mailbox');
  const mails = await pipeline.readAll<{ email_id: string; subject: string; order_id?: string }>(QueueUrl);
  await emptyQueue(pipeline.sqs, QueueUrl);
  return mails.map(({ email_id, subject, order_id }) => `${email_id} ${order_id ?? subject}`);
}

/** Publishes the confirmation of one order per address, like the consumer. */
async function confirmOrdersOf(...addresses: string[]): Promise<void> {
  const orders = addresses.map((email_id) => ({ ...seedOrder, email_id, order_id: `order-of-${email_id}` }));
  const messages = orders.map((order) => toPublishedMessage(order, 0));
  const outcomes = await createTopic(pipeline.sns, TopicArn).publish(messages);
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
}

const REQUEST = 'AWS Notification - Subscription Confirmation';

describe('POST /customers', () => {
  test('subscribes an address to its own orders, and SNS sends a confirmation request', async () => {
    const subscribes = intercept(SNSClient.prototype, SubscribeCommand);
    expect(await postCustomer('jane@example.com')).toEqual({
      status: 202,
      type: 'application/json',
      body: { email_id: 'jane@example.com', status: 'subscribed' },
    });
    expect(await emailSubscriptions()).toMatchObject([{ Endpoint: 'jane@example.com', TopicArn }]);
    expect(JSON.parse(subscribes[0]?.Attributes?.FilterPolicy ?? '')).toEqual({
      email_id: [{ 'equals-ignore-case': 'jane@example.com' }],
    });
    await confirmOrdersOf('jane@example.com', 'li@example.com');
    expect(await readMailbox()).toEqual([
      `jane@example.com ${REQUEST}`,
      'jane@example.com order-of-jane@example.com',
      'li@example.com order-of-li@example.com',
    ]);
  });

  test('returns the same response for another spelling and creates no second subscription', async () => {
    const first = await postCustomer('jane@example.com');
    expect(await postCustomer('  Jane@Example.COM ')).toEqual(first);
    expect(await emailSubscriptions()).toHaveLength(1);
    await confirmOrdersOf('JANE@example.com');
    expect(await readMailbox()).toEqual([
      `jane@example.com ${REQUEST}`,
      'jane@example.com order-of-JANE@example.com',
    ]);
  });

  test('creates one subscription for concurrent requests with one address', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => postCustomer('jane@example.com')));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(await emailSubscriptions()).toHaveLength(1);
  });

  test('responds with the status pending until the customer has confirmed', async () => {
    intercept(SNSClient.prototype, SubscribeCommand, async () => ({
      SubscriptionArn: 'pending confirmation',
      $metadata: {},
    }));
    const { status, body } = await postCustomer('jane@example.com');
    expect({ status, body }).toEqual({
      status: 202,
      body: { email_id: 'jane@example.com', status: 'pending' },
    });
  });

  test.each([
    ['an invalid address', '{"email_id":"nobody"}', 'received "nobody"'],
    ['an address of another type', '{"email_id":7}', 'received 7'],
    ['an address that is too long', `{"email_id":"${'a'.repeat(250)}@example.com"}`, '(262 characters)'],
    ['no address', '{}', 'received nothing'],
    ['no object', '["jane@example.com"]', 'received nothing'],
  ])('responds 400 with the rule of email_id to %s', async (_name, body, received) => {
    const result = await post(body);
    expect(result).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(result.body.detail).toContain('email_id must be an e-mail address of at most 254 characters');
    expect(result.body.detail).toContain(received);
    expect(await emailSubscriptions()).toEqual([]);
  });

  test('responds 400 to a body that is not JSON', async () => {
    expect(await post('email_id=jane')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('body: must be JSON') },
    });
  });
});

describe('DELETE /customers/{email_id}', () => {
  test.each(['jane@example.com', 'jane%40example.com', 'JANE@Example.com'])(
    'ends the subscription of %s, so that the customer gets no e-mails until registered again',
    async (path) => {
      await postCustomer('jane@example.com');
      await readMailbox();
      expect(await deleteCustomer(path)).toMatchObject({ status: 204, body: '' });
      expect(await emailSubscriptions()).toEqual([]);
      await confirmOrdersOf('jane@example.com', 'Jane@example.com', 'li@example.com');
      expect(await readMailbox()).toEqual(['li@example.com order-of-li@example.com']);

      expect(await postCustomer('jane@example.com')).toMatchObject({ status: 202 });
      await confirmOrdersOf('jane@example.com');
      expect(await readMailbox()).toEqual([
        `jane@example.com ${REQUEST}`,
        'jane@example.com order-of-jane@example.com',
      ]);
    },
  );

  test('responds 204 if there is no subscription, before and after registration', async () => {
    expect((await deleteCustomer('nobody@example.com')).status).toBe(204);
    await postCustomer('jane@example.com');
    expect((await deleteCustomer('jane@example.com')).status).toBe(204);
    expect((await deleteCustomer('jane@example.com')).status).toBe(204);
  });

  test('treats a plus sign in the path as a plus sign', async () => {
    await postCustomer('jane+shop@example.com');
    expect((await deleteCustomer('jane+shop@example.com')).status).toBe(204);
    await postCustomer('jane+shop@example.com');
    expect((await deleteCustomer('jane%2Bshop%40example.com')).status).toBe(204);
    expect(await emailSubscriptions()).toEqual([]);
  });

  test('responds 400 to a doubly encoded address and ends no subscription', async () => {
    await postCustomer('jane@example.com');
    const result = await deleteCustomer('jane%2540example.com');
    expect(result).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(result.body.detail).toContain('received "jane%40example.com"');
    expect(await emailSubscriptions()).toHaveLength(1);
  });

  test('finds one subscription among 250 and does not change the others', async () => {
    const addresses = Array.from({ length: 250 }, (_, index) => `customer-${index}@example.com`);
    for (const address of addresses) await postCustomer(address);
    const pages = intercept(SNSClient.prototype, ListSubscriptionsByTopicCommand);
    expect((await deleteCustomer('customer-137@example.com')).status).toBe(204);
    expect(pages).toHaveLength(3);
    const left = (await emailSubscriptions()).map(({ Endpoint }) => Endpoint).sort();
    expect(left).toEqual(addresses.filter((address) => address !== 'customer-137@example.com').sort());
    await readMailbox();
    await confirmOrdersOf('customer-136@example.com', 'customer-137@example.com');
    expect(await readMailbox()).toEqual(['customer-136@example.com order-of-customer-136@example.com']);
  });

  test('responds 202 with the reason if the customer has not confirmed yet', async () => {
    intercept(SNSClient.prototype, ListSubscriptionsByTopicCommand, async () => ({
      Subscriptions: [
        { Protocol: 'email', Endpoint: 'jane@example.com', SubscriptionArn: 'PendingConfirmation' },
      ],
      $metadata: {},
    }));
    const unsubscribes = intercept(SNSClient.prototype, UnsubscribeCommand);
    const { status, body } = await deleteCustomer('jane@example.com');
    expect({ status, body }).toEqual({
      status: 202,
      body: { email_id: 'jane@example.com', status: 'pending', detail: expect.stringContaining('48 hours') },
    });
    expect(unsubscribes).toEqual([]);
  });
});

describe('the customers function after an error of SNS', () => {
  test.each([
    ['FilterPolicyLimitExceededException', 503, 'quota of filter policies'],
    ['SubscriptionLimitExceededException', 503, 'quota of subscriptions'],
  ])('converts %s to status %i with a link to the documentation', async (name, status, text) => {
    intercept(SNSClient.prototype, SubscribeCommand, async () => {
      throw sdkError(name);
    });
    const result = await postCustomer('jane@example.com');
    expect(result).toMatchObject({ status, type: 'application/problem+json' });
    expect(result.body.detail).toContain(text);
    expect(result.body.detail).toContain('docs/customers.md');
    expect(log.lines('customer refused')).toMatchObject([{ level: 'WARN', status, reason: name }]);
  });

  test('responds 400 to an address that SNS rejects', async () => {
    intercept(SNSClient.prototype, SubscribeCommand, async () => {
      throw sdkError('InvalidParameterException', 'Invalid parameter: Email address');
    });
    const { status, body } = await postCustomer('jane@example.com');
    expect(status).toBe(400);
    expect(body.detail).toContain('SNS does not accept this e-mail address');
  });

  test('responds 409 to a subscription with another filter policy, which DELETE ends', async () => {
    const command = new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'jane@example.com' });
    await pipeline.sns.send(command);
    const { status, body } = await postCustomer('jane@example.com');
    expect(status).toBe(409);
    expect(body.detail).toContain('DELETE /customers/');
    expect((await deleteCustomer('jane@example.com')).status).toBe(204);
    expect((await postCustomer('jane@example.com')).status).toBe(202);
  });

  test.each([
    ['POST', () => postCustomer('jane@example.com')],
    ['DELETE', () => deleteCustomer('jane@example.com')],
  ])('responds 503 to %s while SNS is down', async (_method, send) => {
    const down = async () => {
      throw sdkError('ServiceUnavailable');
    };
    intercept(SNSClient.prototype, SubscribeCommand, down);
    intercept(SNSClient.prototype, ListSubscriptionsByTopicCommand, down);
    expect(await send()).toMatchObject({ status: 503, type: 'application/problem+json' });
  });
});

test('the customers function never logs an address', async () => {
  await postCustomer('jane@example.com');
  await postCustomer('jane.example.com');
  await deleteCustomer('jane@example.com');
  await deleteCustomer('jane%2540example.com');
  intercept(SNSClient.prototype, SubscribeCommand, async () => {
    throw sdkError('AuthorizationErrorException', 'not authorized');
  });
  expect((await postCustomer('jane@example.com')).status).toBe(500);
  expect(log.lines('customer registered')).toMatchObject([{ status: 'subscribed' }]);
  expect(log.lines('customer removed')).toMatchObject([{ ended: 1, pending: 0 }]);
  expect(log.text()).not.toMatch(/jane|example/i);
});

test('the customers function responds to the sample events as their names say', async () => {
  expect(await call(register)).toMatchObject({ statusCode: 202 });
  expect(await call(badAddress)).toMatchObject({ statusCode: 400 });
  expect(await call(remove)).toMatchObject({ statusCode: 204 });
  expect(await emailSubscriptions()).toEqual([]);
});

test.each([
  [{ email_id: 'jane@example.com' }, 'an object'],
  [null, 'null'],
  ['jane@example.com', '"jane@example.com"'],
])('the customers function rejects a direct invocation: %j', async (event, found) => {
  await expect(call(event)).rejects.toMatchObject({
    name: 'InvalidInputError',
    message: `event: must be an HTTP API event for POST /customers or DELETE /customers/{email_id}, received ${found}`,
  });
  expect(await emailSubscriptions()).toEqual([]);
});

test('a message without email_id is sent to no customer', async () => {
  await postCustomer('jane@example.com');
  await readMailbox();
  await pipeline.sns.send(new PublishCommand({ TopicArn, Message: 'to nobody' }));
  expect(await readMailbox()).toEqual([]);
});
