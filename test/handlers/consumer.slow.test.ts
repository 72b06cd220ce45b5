import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDynamoDbClient } from '../../lib/aws/clients.ts';
import { createLedger, type Ledger } from '../../lib/aws/ledger.ts';
import type { Order } from '../../lib/order/order.ts';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { intercept } from '../aws/intercept.ts';
import { seedOrder } from '../order/seed-order.ts';
import { captureLog } from './capture-log.ts';
import { expectOneLine } from './expect-one-line.ts';
import { passTime } from './pass-time.ts';
import { type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/consumer.ts')['handler'];
let ledger: Ledger;
let log: ReturnType<typeof captureLog>;
/** Seed of generated orders. Each test uses another one. */
let seed = 0;

beforeAll(async () => {
  pipeline = await startPipeline('consumer');
  ({ handler } = await import('../../handlers/consumer.ts'));
  ledger = createLedger(createDynamoDbClient(), { tableName: pipeline.output('LedgerTableName') });
});
afterAll(() => pipeline.stop());
beforeEach(async () => {
  await pipeline.purge();
  seed++;
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Builds an order without `order_id`, another one for each test. */
const withoutOrderId = () => ({ ...seedOrder, timestamp: seedOrder.timestamp + seed });
const orders = (count: number): Order[] => [...generateOrders({ count, seed })];
const idsOf = (each: readonly Order[]): string[] => each.map(({ order_id }) => order_id).sort();
const send = (each: readonly unknown[]) =>
  pipeline.send(
    'OrderQueueUrl',
    each.map((body) => JSON.stringify(body)),
  );
const deliver = (waitSeconds = 0) => pipeline.deliver('OrderQueueUrl', handler, waitSeconds);
const takePublished = async (): Promise<string[]> =>
  idsOf((await pipeline.drainQueue<OrderConfirmed>('ShippingQueueUrl')).map(({ order }) => order));
const counts = () => log.lines('batch confirmed').at(-1);

describe('the consumer', () => {
  test('publishes each order once to every queue and marks it as sent in the ledger', async () => {
    const sent = orders(30);
    await send(sent);
    const { failed } = await deliver();

    expect(failed).toEqual([]);
    expect(await takePublished()).toEqual(idsOf(sent));
    expect(await pipeline.drainQueue('AnalyticsQueueUrl')).toHaveLength(30);
    expect(counts()).toMatchObject({ OrdersReceived: 30, OrdersConfirmed: 30, OrdersDuplicate: 0 });
    const records = await ledger.find(idsOf(sent));
    expect(records).toMatchObject(
      sent.map(() => ({ ok: true, value: { status: 'SENT', queuedAt: expect.any(Number) } })),
    );
    const kept = records.map((record) => record.ok && JSON.parse(record.value?.order ?? ''));
    expect(kept).toEqual(expect.arrayContaining(sent));
  });

  test('writes one log line at info level for a batch of any size', async () => {
    const sent = orders(100);
    await send(sent);
    expect((await deliver()).received).toHaveLength(100);
    expectOneLine(log, 'batch confirmed', sent);
  });

  test('counts each message once in the metrics, with the age of the oldest confirmed order', async () => {
    const sent = orders(4);
    const [oldest] = sent;
    await send([...sent, oldest, 'invalid']);
    const minutesOf = (body: string) =>
      body === JSON.stringify(oldest) ? 4 : body === JSON.stringify('invalid') ? 6 : 1;
    await pipeline.deliver('OrderQueueUrl', ({ Records }, context) => {
      const now = Date.now();
      const aged = Records.map((record) => ({
        ...record,
        attributes: { ...record.attributes, SentTimestamp: String(now - minutesOf(record.body) * 60_000) },
      }));
      return handler({ Records: aged }, context);
    });
    const [metrics, ...more] = log.metrics();
    expect(more).toEqual([]);
    expect(metrics).toMatchObject({
      service: 'order-pipeline-local',
      OrdersReceived: 6,
      OrdersConfirmed: 4,
      OrdersDuplicate: 1,
      OrdersRedelivered: 0,
      OrdersBusy: 0,
      OrdersRejected: 1,
      OrdersFailed: 0,
      OrdersUnpublished: 0,
      OrdersUnmarked: 0,
    });
    // The 6 min of the invalid message do not count.
    expect(metrics?.OldestOrderAge).toBeGreaterThanOrEqual(4 * 60_000);
    expect(metrics?.OldestOrderAge).toBeLessThan(6 * 60_000);
    expect(metrics?._aws).toMatchObject({
      CloudWatchMetrics: [
        {
          Namespace: 'OrderPipeline',
          Dimensions: [['service']],
          Metrics: expect.arrayContaining([
            { Name: 'OrdersConfirmed', Unit: 'Count' },
            { Name: 'OldestOrderAge', Unit: 'Milliseconds' },
          ]),
        },
      ],
    });
    expect(counts()).toMatchObject({ OrdersConfirmed: 4, OldestOrderAge: metrics?.OldestOrderAge });
  });

  test('writes no age if no order was confirmed', async () => {
    await send(['invalid']);
    await deliver();
    expect(log.metrics()).toMatchObject([{ OrdersReceived: 1, OrdersConfirmed: 0 }]);
    expect(log.metrics()[0]).not.toHaveProperty('OldestOrderAge');
  });

  test('logs no personal data of valid or invalid orders, at any level', async () => {
    await send([
      withoutOrderId(),
      { ...withoutOrderId(), price: -1 },
      { ...withoutOrderId(), email_id: 'jane@example.com,' },
    ]);
    const { failed } = await deliver();
    expect(failed).toHaveLength(2);
    expect(counts()).toMatchObject({
      OrdersConfirmed: 1,
      OrdersRejected: 2,
      reasons: { 'price: too_small': 1, 'email_id: invalid_format': 1 },
    });
    expect(log.lines('record failed')).toHaveLength(2);
    expect(log.text()).not.toMatch(/jane|doe|example\.com|kettle/i);
  });
});

test('the consumer dead-letters an invalid message after three receives, 1 s apart, and confirms the rest of its batch', async () => {
  const sent = orders(12);
  const invalid = ['not an order', { ...withoutOrderId(), price: '1' }, [withoutOrderId()]];
  await send([...sent.slice(0, 6), ...invalid, ...sent.slice(6)]);
  const before = Date.now();
  let { length: failures } = (await deliver()).failed;
  expect(failures).toBe(3);
  expect(await takePublished()).toEqual(idsOf(sent));

  // This is much sooner than the queue's visibility timeout of minutes.
  const deadline = before + 20_000;
  const dead = () => pipeline.countVisible(pipeline.output('OrderQueueDLQUrl'));
  while ((await dead()) < 3 && Date.now() < deadline) failures += (await deliver(1)).failed.length;
  expect(await pipeline.drainQueue('OrderQueueDLQUrl')).toEqual(expect.arrayContaining(invalid));
  expect(failures).toBe(9);
  expect(Date.now() - before).toBeGreaterThanOrEqual(2_900);
});

describe('the consumer and a repeated order', () => {
  test('publishes an order once if it occurs three times in one batch, and acknowledges all its messages', async () => {
    const [order] = orders(1);
    await send([order, order, order]);
    const { received, failed } = await deliver();
    expect(received).toHaveLength(3);
    expect(failed).toEqual([]);
    expect(await takePublished()).toEqual([order?.order_id]);
    expect(counts()).toMatchObject({ OrdersConfirmed: 1, OrdersDuplicate: 2, OrdersRedelivered: 0 });
  });

  test('acknowledges a repeated order in a later batch without publishing it, with or without its order_id', async () => {
    await send([withoutOrderId(), ...orders(1)]);
    await deliver();
    expect(await takePublished()).toHaveLength(2);
    await send([
      { ...withoutOrderId(), timestamp: new Date(withoutOrderId().timestamp).toISOString() },
      ...orders(1),
    ]);
    const { failed } = await deliver();
    expect(failed).toEqual([]);
    expect(await takePublished()).toEqual([]);
    expect(counts()).toMatchObject({ OrdersConfirmed: 0, OrdersDuplicate: 2 });
  });

  test('counts a redelivered message of a sent order as redelivered and does not publish it again', async () => {
    await send(orders(1));
    const { received } = await pipeline.deliver('OrderQueueUrl', async (event, context) => {
      await handler(event, context);
      return failAll(event.Records);
    });
    expect(await takePublished()).toHaveLength(1);
    await pipeline.endVisibilityTimeout('OrderQueueUrl', received);
    const { failed } = await deliver();
    expect(failed).toEqual([]);
    expect(await takePublished()).toEqual([]);
    expect(counts()).toMatchObject({ OrdersConfirmed: 0, OrdersDuplicate: 0, OrdersRedelivered: 1 });
  });

  test('publishes an order after its consumer crashed, when SQS redelivers its message', async () => {
    const [order] = orders(1) as [Order];
    await send([order]);
    const { received } = await pipeline.deliver('OrderQueueUrl', async ({ Records }) => {
      const claims = Records.map(({ messageId }) => ({ orderId: order.order_id, owner: messageId }));
      await ledger.claim(claims, 35_000);
      return failAll(Records);
    });
    await pipeline.endVisibilityTimeout('OrderQueueUrl', received);
    passTime(180_000);
    expect((await deliver()).failed).toEqual([]);
    expect(await takePublished()).toEqual([order.order_id]);
  });

  test('publishes an order once if SQS delivers its message again while the first delivery is in flight', async () => {
    const [order] = orders(1) as [Order];
    await send([order]);
    const published = intercept(SNSClient.prototype, PublishBatchCommand, async (input, pass) => {
      if (published.length === 1) {
        await pipeline.endVisibilityTimeout('OrderQueueUrl', [...inFlight]);
        const second = await deliver();
        expect(second.received.map(({ MessageId }) => MessageId)).toEqual(
          inFlight.map(({ MessageId }) => MessageId),
        );
        expect(second.failed).toHaveLength(1);
        expect(counts()).toMatchObject({ OrdersBusy: 1, OrdersConfirmed: 0 });
      }
      return pass(input);
    });
    const inFlight: Message[] = [];
    const { failed } = await pipeline.deliver('OrderQueueUrl', async (event, context) => {
      inFlight.push(
        ...event.Records.map(({ messageId, receiptHandle }) => ({
          MessageId: messageId,
          ReceiptHandle: receiptHandle,
        })),
      );
      return handler(event, context);
    });
    expect(failed).toEqual([]);
    expect(published).toHaveLength(1);
    expect(await takePublished()).toEqual([order.order_id]);
  });

  test('retries an order 5 s later if another message in flight has claimed it, and then counts it as a duplicate', async () => {
    const [order] = orders(1) as [Order];
    const owner = { orderId: order.order_id, owner: 'another-message' };
    await ledger.claim([owner], 600_000);
    await send([order]);
    const { failed } = await deliver();
    const returned = Date.now();
    expect(failed).toHaveLength(1);
    expect(counts()).toMatchObject({ OrdersBusy: 1, OrdersFailed: 0 });

    await ledger.markSent([{ ...owner, snsMessageId: 'sns-1' }]);
    const again = await deliver(20);
    // This is later than the 1 s of an invalid message, and sooner than the queue's visibility timeout of minutes.
    expect(Date.now() - returned).toBeGreaterThan(2_500);
    expect(again.received).toHaveLength(1);
    expect(again.failed).toEqual([]);
    expect(counts()).toMatchObject({ OrdersDuplicate: 1 });
    expect(await takePublished()).toEqual([]);
  });

  test('keeps the visibility timeout from the second receive on while another message still has the claim', async () => {
    const [order] = orders(1) as [Order];
    await ledger.claim([{ orderId: order.order_id, owner: 'another-message' }], 600_000);
    await send([order]);
    await deliver();
    expect((await deliver(20)).failed).toHaveLength(1);
    expect((await deliver(8)).received).toEqual([]);
  });
});

const failAll = (records: readonly { messageId: string }[]) => ({
  batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
});
