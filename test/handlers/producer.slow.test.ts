import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import type { ProducerReport } from '../../lib/produce/produce-orders.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { captureLog } from './capture-log.ts';
import { expectOneLine } from './expect-one-line.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/producer.ts')['handler'];
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  pipeline = await startPipeline('producer');
  ({ handler } = await import('../../handlers/producer.ts'));
});
afterAll(() => pipeline.stop());
beforeEach(async () => {
  await pipeline.purge();
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const invoke = async (event: unknown, remainingMs = 900_000) =>
  (await handler(event, lambdaContext(remainingMs))) as ProducerReport;
const drainOrderQueue = () => pipeline.drainQueue<Order>('OrderQueueUrl');
const byId = (one: Order, other: Order): number => one.order_id.localeCompare(other.order_id);

describe('a direct invocation of the producer', () => {
  test('sends the given number of orders and returns a report', async () => {
    const report = await invoke({ count: 95, seed: 42 });
    expect(report).toEqual({
      requested: 95,
      sent: 95,
      failed: 0,
      files: 0,
      requests: 10,
      elapsedMs: expect.any(Number),
      seed: 42,
    });
    const expected = [...generateOrders({ count: 95, seed: 42 })].sort(byId);
    expect((await drainOrderQueue()).sort(byId)).toEqual(expected);
    expect(log.lines('orders produced')).toMatchObject([{ report: { sent: 95 } }]);
  });

  test('chooses a new seed by default, and its report has the seed that reproduces the orders', async () => {
    const first = await invoke({ count: 20 });
    const orders = (await drainOrderQueue()).sort(byId);
    const second = await invoke({ count: 20 });
    expect(second.seed).not.toBe(first.seed);
    expect((await drainOrderQueue()).sort(byId)).not.toEqual(orders);
    await invoke({ count: 20, seed: first.seed });
    expect((await drainOrderQueue()).sort(byId)).toEqual(orders);
  });

  test.each([
    ['nothing', null],
    ['an empty object', {}],
    ['a schedule', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }],
  ])('sends the default count for %s', async (_name, event) => {
    expect(await invoke(event)).toMatchObject({ requested: 100, sent: 100 });
  });

  test('writes one log line at info level for any number of orders, without personal data', async () => {
    await invoke({ count: 100, seed: 1 });
    expectOneLine(log, 'orders produced', await drainOrderQueue());
  });
});

describe('the producer rejects an invalid input and names field, rule and value:', () => {
  test.each([
    [{ count: 0 }, 'count: must be a whole number from 1 to 1,000,000, received 0'],
    [{ count: 1_000_001 }, 'count: must be a whole number from 1 to 1,000,000, received 1000001'],
    [{ count: 1.5 }, 'count: must be a whole number from 1 to 1,000,000, received 1.5'],
    [{ count: '10' }, 'count: must be a whole number from 1 to 1,000,000, received "10"'],
    [{ count: null }, 'count: must be a whole number from 1 to 1,000,000, received null'],
    [{ via: 'mail' }, 'via: must be "queue" or "s3", received "mail"'],
    [{ ratePerSecond: 0 }, 'ratePerSecond: must be a number above 0, at most 1,000,000, received 0'],
    [{ ratePerSecond: '9' }, 'ratePerSecond: must be a number above 0, at most 1,000,000, received "9"'],
    [{ seed: -1 }, 'seed: must be a whole number from 0 to 4,294,967,295, received -1'],
    [{ ordersPerFile: 50_001 }, 'ordersPerFile: must be a whole number from 1 to 50,000, received 50001'],
    [{ cuont: 5 }, 'cuont: is unknown, use one of count, via, ratePerSecond, seed, ordersPerFile'],
    [{ count: 0, via: 1 }, 'via: must be "queue" or "s3", received 1'],
    [[1], 'input: must be an object such as {"count":100}, received an array of 1'],
    ['many', 'input: must be an object such as {"count":100}, received "many"'],
  ])('%j', async (event, message) => {
    await expect(invoke(event)).rejects.toThrow(message);
    expect(await drainOrderQueue()).toEqual([]);
  });
});

describe('ratePerSecond of the producer', () => {
  test('of 300 spreads 300 orders over a second', async () => {
    const { sent, elapsedMs } = await invoke({ count: 300, ratePerSecond: 300 });
    expect(sent).toBe(300);
    expect(elapsedMs).toBeGreaterThanOrEqual(950);
    // The limit is generous, because other processes may compete for the processor.
    expect(elapsedMs).toBeLessThan(3_000);
  });

  test('of less than 10 sends orders one by one', async () => {
    const requests = intercept(SQSClient.prototype, SendMessageBatchCommand);
    const { elapsedMs } = await invoke({ count: 5, ratePerSecond: 5 });
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([1, 1, 1, 1, 1]);
    expect(elapsedMs).toBeGreaterThanOrEqual(950);
  });
});

describe('a run of the producer', () => {
  test('stops when its time is up and reports its progress', async () => {
    // The last 30 s are reserved for requests in flight.
    const report = await invoke({ count: 1_000, ratePerSecond: 100 }, 32_000);
    expect(report.sent).toBeGreaterThanOrEqual(10);
    expect(report.sent).toBeLessThanOrEqual(200);
    expect(report).toMatchObject({ requested: 1_000, failed: 0 });
    expect(await drainOrderQueue()).toHaveLength(report.sent);
  });

  test('counts orders that cannot be queued as failed and logs the reason', async () => {
    let request = 0;
    intercept(SQSClient.prototype, SendMessageBatchCommand, async (input, pass) => {
      if (request++ === 0) throw sdkError('AccessDenied');
      return pass(input);
    });
    const report = await invoke({ count: 30 });
    expect(report).toMatchObject({ requested: 30, sent: 20, failed: 10 });
    expect(log.lines('orders produced')).toMatchObject([{ reasons: { AccessDenied: 10 } }]);
  });

  test('makes at most 16 concurrent requests for any number of orders', async () => {
    let most = 0;
    let underWay = 0;
    intercept(SQSClient.prototype, SendMessageBatchCommand, async (input) => {
      most = Math.max(most, ++underWay);
      await new Promise(setImmediate);
      underWay--;
      return {
        Successful: input.Entries?.map(({ Id }) => ({ Id, MessageId: 'm', MD5OfMessageBody: '' })),
        Failed: [],
        $metadata: {},
      };
    });
    await invoke({ count: 5_000 });
    expect(most).toBe(16);
  });
});
