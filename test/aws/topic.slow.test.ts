import { randomUUID } from 'node:crypto';
import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createQueue } from '../../lib/aws/queue.ts';
import { createTopic, type Topic } from '../../lib/aws/topic.ts';
import { toConfirmedMessage, toPublishedMessage } from '../../lib/confirm/confirmed-message.ts';
import { type Order, parseOrder } from '../../lib/order/order.ts';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { type AwsServices, startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients } from '../local/start-test-services.ts';
import { seedOrder } from '../order/seed-order.ts';
import { countInFlight } from './count-in-flight.ts';
import { intercept, sdkError } from './intercept.ts';

const CONFIRMED_AT = 1_795_329_424_262;
/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const MAX_BYTES = 262_144;
const orders = (count: number): Order[] => [...generateOrders({ count, seed: 1 })];

let services: AwsServices;
let clients: ReturnType<typeof connectClients>;
let queueUrl: string;
let topic: Topic;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
  clients = connectClients(services.endpoint);
});
afterAll(() => services.stop());
beforeEach(async () => {
  const created = await clients.createTopicWithQueue(randomUUID());
  queueUrl = created.queueUrl;
  topic = createTopic(clients.sns, created.topicArn);
});

/** Publishes orders as the consumer does. */
const publish = (published: readonly Order[], to = topic) =>
  to.publish(published.map((order) => toPublishedMessage(order, CONFIRMED_AT)));

const readIds = async (): Promise<string[]> =>
  (await clients.readAll<OrderConfirmed>(queueUrl)).map(({ order }) => order.order_id).sort();
const idsOf = (published: readonly Order[]): string[] => published.map(({ order_id }) => order_id).sort();

describe('the message of a confirmed order', () => {
  test('reaches queues as the bare event with the attributes event and email_id', async () => {
    const [order] = orders(1) as [Order];
    expect(await publish([order])).toEqual([
      { ok: true, value: { snsMessageId: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    ]);

    const [message] = await clients.receive(queueUrl);
    expect(JSON.parse(message?.Body ?? '')).toEqual({
      event: 'OrderConfirmed',
      order,
      confirmed_at: CONFIRMED_AT,
    });
    expect(message?.MessageAttributes).toMatchObject({
      event: { DataType: 'String', StringValue: 'OrderConfirmed' },
      email_id: { DataType: 'String', StringValue: order.email_id },
    });
    expect(Object.keys(message?.MessageAttributes ?? {}).sort()).toEqual(['email_id', 'event']);
  });

  test('is the same if it is sent to a queue directly', async () => {
    const [order] = orders(1) as [Order];
    await publish([order]);
    const replayed = [toConfirmedMessage(order, CONFIRMED_AT)];
    expect((await createQueue(clients.sqs, queueUrl).send(replayed)).outcomes).toEqual([
      { ok: true, value: { messageId: expect.any(String) } },
    ]);
    const [published, sent] = [
      ...(await clients.receive(queueUrl)),
      ...(await clients.receive(queueUrl)),
    ].map(({ Body, MessageAttributes }) => ({ Body, MessageAttributes }));
    expect(sent).toEqual(published);
    expect(sent?.MessageAttributes?.email_id).toMatchObject({ StringValue: order.email_id });
  });

  test('reaches e-mail subscribers as text with a subject, and other protocols as the event', async () => {
    const requests = intercept(clients.sns, PublishBatchCommand);
    const [order] = orders(1) as [Order];
    await publish([order]);

    const [entry] = requests[0]?.PublishBatchRequestEntries ?? [];
    expect(entry?.MessageStructure).toBe('json');
    expect(entry?.Subject).toBe(`Order confirmed: ${order.order_id}`);
    const texts = JSON.parse(entry?.Message ?? '');
    expect(Object.keys(texts).sort()).toEqual(['default', 'email']);
    expect(texts.email).toContain(`Hello ${order.customer_name},`);
    expect(texts.email).not.toContain('{');
    expect(JSON.parse(texts.default).order).toEqual(order);
  });
});

describe('PublishBatch requests', () => {
  test('have ten orders each', async () => {
    const requests = intercept(clients.sns, PublishBatchCommand);
    const published = orders(25);
    const outcomes = await publish(published);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    const sizes = requests.map(({ PublishBatchRequestEntries }) => PublishBatchRequestEntries?.length);
    expect(sizes).toEqual([10, 10, 5]);
    expect(await readIds()).toEqual(idsOf(published));
  });

  test('are made ten at a time, so that a batch of 100 orders takes one round trip', async () => {
    const requests = countInFlight(clients.sns, PublishBatchCommand);
    await publish(orders(120));
    expect(requests.most).toBe(10);
  });

  test.each([
    ['of three bytes a character', '€'],
    ['of quotes, which JSON within JSON writes as four bytes', '"'],
  ])('stay within 256 KiB with ten of the largest valid orders %s', async (_name, letter) => {
    const largest = Array.from({ length: 10 }, (_, index) => {
      const parsed = parseOrder({
        ...seedOrder,
        customer_name: letter.repeat(256),
        product_id: letter.repeat(256),
        product_name: letter.repeat(256),
        email_id: `${'a'.repeat(60)}@${'b.'.repeat(90)}example`,
        price: Number.MAX_VALUE,
        order_id: `${index}`.padEnd(64, 'x'),
      });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
      return parsed.order;
    });
    const requests = intercept(clients.sns, PublishBatchCommand);
    const outcomes = await publish(largest);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(requests.map(bytesOf)).toEqual([expect.any(Number)]);
    expect(bytesOf(requests[0])).toBeLessThanOrEqual(MAX_BYTES);
    expect(await readIds()).toEqual(idsOf(largest));
  });

  test('have fewer orders if ten would exceed 256 KiB', async () => {
    const heavy = orders(20).map((order) => ({ ...order, product_id: 'p'.repeat(40_000) }));
    const requests = intercept(clients.sns, PublishBatchCommand);
    const outcomes = await publish(heavy);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    // 40 kB an order: six to a request.
    expect(requests.map(({ PublishBatchRequestEntries }) => PublishBatchRequestEntries?.length)).toEqual([
      6, 6, 6, 2,
    ]);
    for (const request of requests) expect(bytesOf(request)).toBeLessThanOrEqual(MAX_BYTES);
  });
});

describe('a failed publish', () => {
  test('is repeated only for the failed entry', async () => {
    let first = true;
    const requests = intercept(clients.sns, PublishBatchCommand, async (input, pass) => {
      if (!first) return pass(input);
      first = false;
      const [entry, ...others] = input.PublishBatchRequestEntries ?? [];
      const output = await pass({ ...input, PublishBatchRequestEntries: others });
      return { ...output, Failed: [{ Id: entry?.Id, Code: 'InternalError', SenderFault: false }] };
    });
    const published = orders(5);
    const outcomes = await publish(published);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    const sizes = requests.map(({ PublishBatchRequestEntries }) => PublishBatchRequestEntries?.length);
    expect(sizes).toEqual([5, 1]);
    expect(await readIds()).toEqual(idsOf(published));
  });

  test('is not repeated if the sender is at fault, and has the reason', async () => {
    const requests = intercept(clients.sns, PublishBatchCommand, async (input, pass) => {
      const [entry, ...others] = input.PublishBatchRequestEntries ?? [];
      const output = await pass({ ...input, PublishBatchRequestEntries: others });
      const failure = { Code: 'InvalidParameter', Message: 'bad subject', SenderFault: true };
      return { ...output, Failed: [{ Id: entry?.Id, ...failure }] };
    });
    const outcomes = await publish(orders(3));
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, true, true]);
    expect(outcomes[0]).toMatchObject({
      error: { code: 'InvalidParameter', message: 'PublishBatch: InvalidParameter: bad subject' },
    });
    expect(requests).toHaveLength(1);
  });

  test('of a whole request fails only its ten orders', async () => {
    let request = 0;
    intercept(clients.sns, PublishBatchCommand, async (input, pass) => {
      if (request++ === 1) throw sdkError('ThrottledException', 'Rate exceeded');
      return pass(input);
    });
    const outcomes = await publish(orders(30));
    expect(outcomes.map(({ ok }) => ok)).toEqual(
      outcomes.map((_outcome, index) => index < 10 || index >= 20),
    );
    expect(outcomes[10]).toMatchObject({ error: { name: 'ServiceError', code: 'ThrottledException' } });
  });

  test('has the code of a topic that does not exist', async () => {
    const elsewhere = createTopic(clients.sns, 'arn:aws:sns:us-east-1:000000000000:nowhere');
    expect(await publish(orders(1), elsewhere)).toMatchObject([
      { ok: false, error: { code: expect.stringContaining('NotFound') } },
    ]);
  });
});

/** Bytes that SNS counts: messages, subjects and attributes. */
function bytesOf(input: { PublishBatchRequestEntries?: readonly object[] | undefined } | undefined): number {
  const texts = input?.PublishBatchRequestEntries?.flatMap((entry) => leaves(entry)) ?? [];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...leaves(inner)]);
}
