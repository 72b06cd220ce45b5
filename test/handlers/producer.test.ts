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
const takeQueued = () => pipeline.takeAll<Order>('OrderQueueUrl');
const byId = (one: Order, other: Order): number => one.order_id.localeCompare(other.order_id);

describe('a direct invoke', () => {
  test('sends as many orders as asked for and answers what it did', async () => {
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
    expect((await takeQueued()).sort(byId)).toEqual(expected);
    expect(log.lines('orders produced')).toMatchObject([{ report: { sent: 95 } }]);
  });

  test('without a seed takes a new one each time, which sends the same orders again', async () => {
    const first = await invoke({ count: 20 });
    const orders = (await takeQueued()).sort(byId);
    const second = await invoke({ count: 20 });
    expect(second.seed).not.toBe(first.seed);
    expect((await takeQueued()).sort(byId)).not.toEqual(orders);
    await invoke({ count: 20, seed: first.seed });
    expect((await takeQueued()).sort(byId)).toEqual(orders);
  });

  test.each([
    ['nothing', null],
    ['an empty object', {}],
    ['a schedule', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }],
  ])('with %s sends as many as the environment says', async (_name, event) => {
    expect(await invoke(event)).toMatchObject({ requested: 100, sent: 100 });
  });

  test('is a single line of the log at info, whatever their number, without personal data', async () => {
    await invoke({ count: 100, seed: 1 });
    expectOneLine(log, 'orders produced', await takeQueued());
  });
});

describe('an input is refused, naming field, rule and value:', () => {
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
    [{ cuont: 5 }, 'cuont: is not known, must be one of count, via, ratePerSecond, seed, ordersPerFile'],
    [{ count: 0, via: 1 }, 'via: must be "queue" or "s3", received 1'],
    [[1], 'input: must be an object such as {"count":100}, received an array of 1'],
    ['many', 'input: must be an object such as {"count":100}, received "many"'],
  ])('%j', async (event, message) => {
    await expect(invoke(event)).rejects.toThrow(message);
    expect(await takeQueued()).toEqual([]);
  });
});

describe('a rate', () => {
  test('is honoured: 300 orders at 300 a second take a second', async () => {
    const { sent, elapsedMs } = await invoke({ count: 300, ratePerSecond: 300 });
    expect(sent).toBe(300);
    expect(elapsedMs).toBeGreaterThanOrEqual(950);
    // 5 % on a machine of one's own; here others compete for it.
    expect(elapsedMs).toBeLessThan(3_000);
  });

  test('below ten a second goes order by order', async () => {
    const requests = intercept(SQSClient.prototype, SendMessageBatchCommand);
    const { elapsedMs } = await invoke({ count: 5, ratePerSecond: 5 });
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([1, 1, 1, 1, 1]);
    expect(elapsedMs).toBeGreaterThanOrEqual(950);
  });
});

describe('a run', () => {
  test('that its remaining time does not hold stops early and says how far it came', async () => {
    // The last 30 s are kept for requests under way.
    const report = await invoke({ count: 1_000, ratePerSecond: 100 }, 32_000);
    expect(report.sent).toBeGreaterThanOrEqual(10);
    expect(report.sent).toBeLessThanOrEqual(200);
    expect(report).toMatchObject({ requested: 1_000, failed: 0 });
    expect(await takeQueued()).toHaveLength(report.sent);
  });

  test('counts what the queue does not take as failed, and logs why', async () => {
    let request = 0;
    intercept(SQSClient.prototype, SendMessageBatchCommand, async (input, pass) => {
      if (request++ === 0) throw sdkError('AccessDenied');
      return pass(input);
    });
    const report = await invoke({ count: 30 });
    expect(report).toMatchObject({ requested: 30, sent: 20, failed: 10 });
    expect(log.lines('orders produced')).toMatchObject([{ reasons: { AccessDenied: 10 } }]);
  });

  test('makes 16 requests at once and no more, however many orders are asked for', async () => {
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
