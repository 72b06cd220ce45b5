import {
  BatchExecuteStatementCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityBatchCommand, type Message, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDynamoDbClient } from '../../lib/aws/clients.ts';
import { createLedger, type Ledger } from '../../lib/aws/ledger.ts';
import type { Order } from '../../lib/order/order.ts';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { captureLog } from './capture-log.ts';
import { passTime } from './pass-time.ts';
import { type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/consumer.ts')['handler'];
let ledger: Ledger;
let log: ReturnType<typeof captureLog>;
/** Seed of generated orders. Each test uses another one. */
let seed = 1_000;

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

async function sendOrders(count: number): Promise<Order[]> {
  const orders = [...generateOrders({ count, seed })];
  await pipeline.send(
    'OrderQueueUrl',
    orders.map((order) => JSON.stringify(order)),
  );
  return orders;
}
const idsOf = (orders: readonly Order[]): string[] => orders.map(({ order_id }) => order_id).sort();
const deliver = (waitSeconds = 0) => pipeline.deliver('OrderQueueUrl', handler, waitSeconds);
const takePublished = async (): Promise<string[]> =>
  idsOf((await pipeline.drainQueue<OrderConfirmed>('ShippingQueueUrl')).map(({ order }) => order));
/** Simulates the end of the visibility timeout, which is longer than any lease. */
async function endVisibilityTimeout(failed: Message[]): Promise<void> {
  await pipeline.endVisibilityTimeout('OrderQueueUrl', failed);
  passTime(180_000);
}
const counts = () => log.lines('batch confirmed').at(-1);

/** Fails every command of one kind until the outage ends. */
function outage<Input extends object, Output>(
  ...[client, Command]: Parameters<typeof intercept<Input, Output>>
) {
  let over = false;
  const requests = intercept(client, Command, async (input, pass) => {
    if (over) return pass(input);
    throw sdkError('ServiceUnavailable');
  });
  const end = () => {
    over = true;
  };
  return { requests, end };
}

describe('the consumer', () => {
  test('fails only the messages whose entries SNS rejects, and publishes them when they are redelivered', async () => {
    const orders = await sendOrders(10);
    let rejections = 3;
    intercept(SNSClient.prototype, PublishBatchCommand, async (input, pass) => {
      const entries = input.PublishBatchRequestEntries ?? [];
      const bad = entries.splice(0, rejections);
      rejections = 0;
      const output = await pass(input);
      return {
        ...output,
        Failed: bad.map(({ Id }) => ({ Id, Code: 'InvalidParameter', SenderFault: true })),
      };
    });
    const { failed } = await deliver();
    expect(failed).toHaveLength(3);
    expect(counts()).toMatchObject({
      OrdersConfirmed: 7,
      OrdersFailed: 3,
      OrdersUnpublished: 3,
      reasons: { InvalidParameter: 3 },
    });

    await endVisibilityTimeout(failed);
    expect((await deliver()).failed).toEqual([]);
    expect(await takePublished()).toEqual(idsOf(orders));
  });

  test('fails all messages for the visibility timeout while SNS is down, and publishes them afterwards', async () => {
    const orders = await sendOrders(12);
    const { end } = outage(SNSClient.prototype, PublishBatchCommand);
    const { failed } = await deliver();
    expect(failed).toHaveLength(12);
    expect(counts()).toMatchObject({
      OrdersFailed: 12,
      OrdersUnpublished: 12,
      reasons: { ServiceUnavailable: 12 },
    });
    expect((await deliver(2)).received).toEqual([]);

    end();
    await endVisibilityTimeout(failed);
    expect((await deliver()).failed).toEqual([]);
    expect(await takePublished()).toEqual(idsOf(orders));
  });

  test('leaves claims that outlast the invocation by 5 s while SNS is down', async () => {
    const orders = await sendOrders(1);
    outage(SNSClient.prototype, PublishBatchCommand);
    await deliver();
    const [found] = await ledger.find(idsOf(orders));
    const record = found?.ok ? found.value : undefined;
    if (record?.status !== 'CLAIMED') throw new Error(`not claimed: ${JSON.stringify(found)}`);
    // The remaining time of the test's invocation of 30 s, and 5 s.
    expect(record.leaseUntil - record.claimedAt).toBeGreaterThan(30_000);
    expect(record.leaseUntil - record.claimedAt).toBeLessThanOrEqual(35_000);
  });
});

describe('the consumer without DynamoDB', () => {
  test('fails all messages for the visibility timeout and publishes nothing', async () => {
    const orders = await sendOrders(5);
    const { end } = outage(DynamoDBClient.prototype, BatchExecuteStatementCommand);
    const published = intercept(SNSClient.prototype, PublishBatchCommand);
    const { failed } = await deliver();
    expect(failed).toHaveLength(5);
    expect(counts()).toMatchObject({ OrdersFailed: 5, OrdersUnpublished: 0 });
    expect(published).toEqual([]);
    expect((await deliver(2)).received).toEqual([]);

    end();
    await endVisibilityTimeout(failed);
    expect((await deliver()).failed).toEqual([]);
    expect(await takePublished()).toEqual(idsOf(orders));
  });

  test('acknowledges published orders that cannot be marked as sent, and counts them as unmarked', async () => {
    const orders = await sendOrders(3);
    const { requests } = outage(DynamoDBClient.prototype, BatchWriteItemCommand);
    const { failed } = await deliver();
    expect(requests.length).toBeGreaterThan(0);
    expect(failed).toEqual([]);
    expect(await takePublished()).toEqual(idsOf(orders));
    expect(counts()).toMatchObject({
      OrdersConfirmed: 3,
      OrdersUnmarked: 3,
      OrdersFailed: 0,
      reasons: { ServiceUnavailable: 3 },
    });
  });
});

test('the consumer leaves an invalid message its visibility timeout if SQS rejects the change, and confirms the rest of the batch', async () => {
  const orders = await sendOrders(2);
  await pipeline.send('OrderQueueUrl', ['invalid']);
  const { requests } = outage(SQSClient.prototype, ChangeMessageVisibilityBatchCommand);
  const { failed } = await deliver();
  expect(requests).toHaveLength(1);
  expect(failed.map(({ Body }) => Body)).toEqual(['invalid']);
  expect(await takePublished()).toEqual(idsOf(orders));
  expect(log.lines('retry pace not set, visibility timeout applies')).toHaveLength(1);
  expect((await deliver(2)).received).toEqual([]);
});

test('the consumer fails the whole batch after an internal error, and logs it once', async () => {
  await sendOrders(2);
  const { failed } = await pipeline.deliver('OrderQueueUrl', (event, context) =>
    handler(
      { Records: event.Records.map((record) => ({ ...record, body: null as unknown as string })) },
      context,
    ),
  );
  expect(failed).toHaveLength(2);
  expect(log.lines('batch failed')).toHaveLength(1);
  expect(await takePublished()).toEqual([]);
});
