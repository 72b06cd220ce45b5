import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSqsClient } from '../../lib/aws/clients.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import { InvalidInputError, ServiceError } from '../../lib/errors.ts';
import { answerTakenOrders, reportTakenOrders, takeOrders } from '../../lib/intake/take-orders.ts';
import { logger } from '../../lib/observability/logger.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { answerSends } from '../aws/answer-sends.ts';
import { captureLog } from '../handlers/capture-log.ts';

const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/1/orders';
const take = (body: unknown) => takeOrders(body, createQueue(createSqsClient(), QUEUE_URL));
const read = ({ statusCode, body = '' }: ReturnType<typeof answerTakenOrders>) => ({
  statusCode,
  body: JSON.parse(body),
});

const [first, second, third] = [...generateOrders({ count: 3, seed: 7 })];
const taken = (index: number, order = first) => ({ index, order_id: order?.order_id });
const notAnOrder = (index: number) => ({
  index,
  errors: [expect.objectContaining({ code: 'not_an_object' })],
});
const notQueued = (index: number) => ({
  index,
  errors: [
    { path: '', code: 'not_queued', message: 'order: could not be put into the queue, send it again' },
  ],
});

describe('orders', () => {
  test('are taken one by itself or in an array, and named by their position', async () => {
    const requests = answerSends();
    expect(await take(first)).toEqual({ accepted: [taken(0)], rejected: [], failed: [] });
    expect(await take([first])).toEqual({ accepted: [taken(0)], rejected: [], failed: [] });
    expect(await take([first, 7, second])).toEqual({
      accepted: [taken(0), taken(2, second)],
      rejected: [notAnOrder(1)],
      failed: [],
    });
    expect(requests.map((bodies) => bodies.map((body) => JSON.parse(body)))).toEqual([
      [first],
      [first],
      [first, second],
    ]);
  });

  test('that the queue does not take are named, with the reason', async () => {
    answerSends((body) => (body === JSON.stringify(second) ? 'AccessDenied' : undefined));
    const error = expect.objectContaining({ code: 'AccessDenied' });
    expect(await take([first, second, third])).toEqual({
      accepted: [taken(0), taken(2, third)],
      rejected: [],
      failed: [{ ...taken(1, second), error }],
    });
  });

  test('that are left without an outcome have failed', async () => {
    const silent = { send: async () => ({ outcomes: [], requests: 1 }) };
    expect(await takeOrders(first, silent)).toEqual({
      accepted: [],
      rejected: [],
      failed: [{ ...taken(0), error: new Error('send: no answer') }],
    });
  });

  test.each([
    [0, false],
    [1, true],
    [1_000, true],
    [1_001, false],
  ])('%i at once: taken %s', async (count, isTaken) => {
    answerSends();
    const orders = [...generateOrders({ count, seed: 1 })];
    if (isTaken) expect((await take(orders)).accepted).toHaveLength(count);
    else {
      await expect(take(orders)).rejects.toThrow(
        new InvalidInputError(`body: must be one order or an array of 1 to 1000, received ${count}`),
      );
    }
  });
});

describe('an answer', () => {
  test('is 202 once an order is in the queue, and accounts for every other in their order', async () => {
    answerSends((body) => (body === JSON.stringify(second) ? 'AccessDenied' : undefined));
    expect(read(answerTakenOrders(await take([second, 7, first, second, 8])))).toEqual({
      statusCode: 202,
      body: {
        accepted: [taken(2)],
        rejected: [notQueued(0), notAnOrder(1), notQueued(3), notAnOrder(4)],
      },
    });
  });

  test('is 503 where the queue has taken none that is valid', async () => {
    answerSends(() => 'AccessDenied');
    expect(read(answerTakenOrders(await take([7, first])))).toMatchObject({
      statusCode: 503,
      body: {
        detail: 'The order queue takes no orders at the moment: send them again.',
        rejected: [notAnOrder(0), notQueued(1)],
      },
    });
  });

  test('is 400 where none is valid', async () => {
    answerSends();
    expect(read(answerTakenOrders(await take([7])))).toMatchObject({
      statusCode: 400,
      body: { detail: 'No valid order among those sent.', rejected: [notAnOrder(0)] },
    });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('a request is one line at info, how many orders and why the queue did not take some, and one each at debug', () => {
  const log = captureLog();
  logger.setLogLevel('DEBUG');
  const error = new ServiceError('SendMessageBatch', 'AccessDenied', 'injected');
  reportTakenOrders({
    accepted: [{ index: 0, order_id: 'one' }],
    rejected: [{ index: 1, errors: [] }],
    failed: ['two', 'three'].map((order_id, index) => ({ index, order_id, error })),
  });
  expect(log.entries()).toMatchObject([
    {
      level: 'INFO',
      message: 'orders taken',
      accepted: 1,
      rejected: 1,
      failed: 2,
      reasons: { AccessDenied: 2 },
    },
    { level: 'DEBUG', message: 'taken', order_id: 'one' },
    { level: 'DEBUG', message: 'not taken', order_id: 'two' },
    { level: 'DEBUG', message: 'not taken', order_id: 'three' },
  ]);
});
