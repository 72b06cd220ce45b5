import {
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import remove from '../../events/customers-delete.json' with { type: 'json' };
import register from '../../events/customers-post.json' with { type: 'json' };
import badAddress from '../../events/customers-post-bad-address.json' with { type: 'json' };
import { createTopic } from '../../lib/aws/topic.ts';
import { toPublishedMessage } from '../../lib/confirm/confirmed-message.ts';
import { startHttpApi } from '../../local/http-api.ts';
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

async function answerOf(response: Response) {
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type')?.split(';')[0],
    body: text ? JSON.parse(text) : '',
  };
}
const post = async (body: string) => answerOf(await fetch(`${api.url}/customers`, { method: 'POST', body }));
const postCustomer = (email_id: unknown) => post(JSON.stringify({ email_id }));
/** @param path the last part of the URL, as it goes over the wire */
const deleteCustomer = async (path: string) =>
  answerOf(await fetch(`${api.url}/customers/${path}`, { method: 'DELETE' }));

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

/** What was mailed since it was last read: address and order, or address and subject where there is none. */
async function readMailbox(): Promise<string[]> {
  const QueueUrl = await pipeline.createQueue('mailbox');
  const mails = await pipeline.readAll<{ email_id: string; subject: string; order_id?: string }>(QueueUrl);
  await pipeline.sqs.send(new PurgeQueueCommand({ QueueUrl }));
  return mails.map(({ email_id, subject, order_id }) => `${email_id} ${order_id ?? subject}`);
}

/** Publishes confirmations of one order each, as the consumer does. */
async function confirmOrdersOf(...addresses: string[]): Promise<void> {
  const orders = addresses.map((email_id) => ({ ...seedOrder, email_id, order_id: `order-of-${email_id}` }));
  const messages = orders.map((order) => toPublishedMessage(order, 0));
  const outcomes = await createTopic(pipeline.sns, TopicArn).publish(messages);
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
}

const REQUEST = 'AWS Notification - Subscription Confirmation';

describe('POST /customers', () => {
  test('subscribes the address to its own orders, and SNS asks the customer to confirm', async () => {
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

  test('again, in another spelling, answers the same and makes no second subscription', async () => {
    const first = await postCustomer('jane@example.com');
    expect(await postCustomer('  Jane@Example.COM ')).toEqual(first);
    expect(await emailSubscriptions()).toHaveLength(1);
    await confirmOrdersOf('JANE@example.com');
    expect(await readMailbox()).toEqual([
      `jane@example.com ${REQUEST}`,
      'jane@example.com order-of-JANE@example.com',
    ]);
  });

  test('by many at once for one address makes one subscription', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => postCustomer('jane@example.com')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    expect(await emailSubscriptions()).toHaveLength(1);
  });

  test('answers pending while the customer has not confirmed', async () => {
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
    ['an address that is none', '{"email_id":"nobody"}', 'received "nobody"'],
    ['an address of another type', '{"email_id":7}', 'received 7'],
    ['an address that is too long', `{"email_id":"${'a'.repeat(250)}@example.com"}`, '(262 characters)'],
    ['no address', '{}', 'received nothing'],
    ['no object', '["jane@example.com"]', 'received nothing'],
  ])('with %s is refused with 400 and the rule of an order’s address', async (_name, body, received) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(answer.body.detail).toContain('email_id must be an e-mail address of at most 254 characters');
    expect(answer.body.detail).toContain(received);
    expect(await emailSubscriptions()).toEqual([]);
  });

  test('with a body that is not JSON is refused with 400', async () => {
    expect(await post('email_id=jane')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('body: must be JSON') },
    });
  });
});

describe('DELETE /customers/{email_id}', () => {
  test.each(['jane@example.com', 'jane%40example.com', 'JANE@Example.com'])(
    'as %s ends the subscription, and the customer gets no more e-mails until registered again',
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

  test('answers 204 where there is nothing to end, before and after', async () => {
    expect((await deleteCustomer('nobody@example.com')).status).toBe(204);
    await postCustomer('jane@example.com');
    expect((await deleteCustomer('jane@example.com')).status).toBe(204);
    expect((await deleteCustomer('jane@example.com')).status).toBe(204);
  });

  test('takes a plus sign as one', async () => {
    await postCustomer('jane+shop@example.com');
    expect((await deleteCustomer('jane+shop@example.com')).status).toBe(204);
    await postCustomer('jane+shop@example.com');
    expect((await deleteCustomer('jane%2Bshop%40example.com')).status).toBe(204);
    expect(await emailSubscriptions()).toEqual([]);
  });

  test('decodes an address once: what was encoded twice is refused with 400, and nothing is ended', async () => {
    await postCustomer('jane@example.com');
    const answer = await deleteCustomer('jane%2540example.com');
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(answer.body.detail).toContain('received "jane%40example.com"');
    expect(await emailSubscriptions()).toHaveLength(1);
  });

  test('finds one among 250, and leaves the others', async () => {
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

  test('answers 202 and why, where the customer has not confirmed yet', async () => {
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

describe('what SNS cannot or will not do', () => {
  test.each([
    ['FilterPolicyLimitExceededException', 503, 'filter polic'],
    ['SubscriptionLimitExceededException', 503, 'no more subscriptions'],
  ])('%s is answered with %i and where to read on', async (name, status, text) => {
    intercept(SNSClient.prototype, SubscribeCommand, async () => {
      throw sdkError(name);
    });
    const answer = await postCustomer('jane@example.com');
    expect(answer).toMatchObject({ status, type: 'application/problem+json' });
    expect(answer.body.detail).toContain(text);
    expect(answer.body.detail).toContain('docs/customers.md');
    expect(log.lines('customer refused')).toMatchObject([{ level: 'WARN', status, reason: name }]);
  });

  test('an address that SNS does not take is answered with 400', async () => {
    intercept(SNSClient.prototype, SubscribeCommand, async () => {
      throw sdkError('InvalidParameterException', 'Invalid parameter: Email address');
    });
    const { status, body } = await postCustomer('jane@example.com');
    expect(status).toBe(400);
    expect(body.detail).toContain('SNS refuses this one');
  });

  test('a subscription that somebody made with another filter is answered with 409, and DELETE clears the way', async () => {
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
  ])('%s is answered with 503 while SNS is down', async (_method, send) => {
    const down = async () => {
      throw sdkError('ServiceUnavailable');
    };
    intercept(SNSClient.prototype, SubscribeCommand, down);
    intercept(SNSClient.prototype, ListSubscriptionsByTopicCommand, down);
    expect(await send()).toMatchObject({ status: 503, type: 'application/problem+json' });
  });
});

test('no address is in the log, whatever becomes of a request', async () => {
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

test('the sample events are answered as their names say', async () => {
  expect(await call(register)).toMatchObject({ statusCode: 202 });
  expect(await call(badAddress)).toMatchObject({ statusCode: 400 });
  expect(await call(remove)).toMatchObject({ statusCode: 204 });
  expect(await emailSubscriptions()).toEqual([]);
});

test.each([
  [{ email_id: 'jane@example.com' }, 'an object'],
  [null, 'null'],
  ['jane@example.com', '"jane@example.com"'],
])('a direct invoke is told that it has to be a request over HTTP: %j', async (event, found) => {
  await expect(call(event)).rejects.toMatchObject({
    name: 'InvalidInputError',
    message: `event: must be POST /customers or DELETE /customers/{email_id}, as an HTTP API hands it on, received ${found}`,
  });
  expect(await emailSubscriptions()).toEqual([]);
});

test('a message without a customer is no confirmation to anybody', async () => {
  await postCustomer('jane@example.com');
  await readMailbox();
  await pipeline.sns.send(new PublishCommand({ TopicArn, Message: 'to nobody' }));
  expect(await readMailbox()).toEqual([]);
});
