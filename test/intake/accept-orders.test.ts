import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSqsClient } from '../../lib/aws/clients.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import { InvalidInputError, ServiceError } from '../../lib/errors.ts';
import { acceptOrders, reportIntake, toIntakeResponse } from '../../lib/intake/accept-orders.ts';
import { logger } from '../../lib/observability/logger.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { answerSends } from '../aws/answer-sends.ts';
import { captureLog } from '../handlers/capture-log.ts';

const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/1/orders';
const accept = (body: unknown) => acceptOrders(body, createQueue(createSqsClient(), QUEUE_URL));
const read = ({ statusCode, body = '' }: ReturnType<typeof toIntakeResponse>) => ({
  statusCode,
  body: JSON.parse(body),
});

const [first, second, third] = [...generateOrders({ count: 3, seed: 7 })];
const entry = (index: number, order = first) => ({ index, order_id: order?.order_id });
const notAnOrder = (index: number) => ({
  index,
  errors: [expect.objectContaining({ code: 'not_an_object' })],
});
const notQueued = (index: number) => ({
  index,
  errors: [{ path: '', code: 'not_queued', message: 'order: could not be queued, send it again' }],
});

describe('acceptOrders', () => {
  test('accepts one order or an array, and reports orders by position', async () => {
    const requests = answerSends();
    expect(await accept(first)).toEqual({ accepted: [entry(0)], rejected: [], failed: [] });
    expect(await accept([first])).toEqual({ accepted: [entry(0)], rejected: [], failed: [] });
    expect(await accept([first, 7, second])).toEqual({
      accepted: [entry(0), entry(2, second)],
      rejected: [notAnOrder(1)],
      failed: [],
    });
    expect(requests.map((bodies) => bodies.map((body) => JSON.parse(body)))).toEqual([
      [first],
      [first],
      [first, second],
    ]);
  });

  test('reports orders that could not be queued, with the reason', async () => {
    answerSends((body) => (body === JSON.stringify(second) ? 'AccessDenied' : undefined));
    const error = expect.objectContaining({ code: 'AccessDenied' });
    expect(await accept([first, second, third])).toEqual({
      accepted: [entry(0), entry(2, third)],
      rejected: [],
      failed: [{ ...entry(1, second), error }],
    });
  });

  test('reports an order without an outcome as failed', async () => {
    const silent = { send: async () => ({ outcomes: [], requests: 1 }) };
    expect(await acceptOrders(first, silent)).toEqual({
      accepted: [],
      rejected: [],
      failed: [{ ...entry(0), error: new Error('send: no result') }],
    });
  });

  test.each([
    [0, false],
    [1, true],
    [1_000, true],
    [1_001, false],
  ])('accepts only 1 to 1,000 orders: %i (%s)', async (count, isAccepted) => {
    answerSends();
    const orders = [...generateOrders({ count, seed: 1 })];
    if (isAccepted) expect((await accept(orders)).accepted).toHaveLength(count);
    else {
      await expect(accept(orders)).rejects.toThrow(
        new InvalidInputError(`body: must be one order or an array of 1 to 1000, received ${count}`),
      );
    }
  });
});

describe('toIntakeResponse', () => {
  test('responds 202 if an order was queued, and lists all others in order', async () => {
    answerSends((body) => (body === JSON.stringify(second) ? 'AccessDenied' : undefined));
    expect(read(toIntakeResponse(await accept([second, 7, first, second, 8])))).toEqual({
      statusCode: 202,
      body: {
        accepted: [entry(2)],
        rejected: [notQueued(0), notAnOrder(1), notQueued(3), notAnOrder(4)],
      },
    });
  });

  test('responds 503 if no valid order could be queued', async () => {
    answerSends(() => 'AccessDenied');
    expect(read(toIntakeResponse(await accept([7, first])))).toMatchObject({
      statusCode: 503,
      body: {
        detail: 'The order queue is unavailable. Send the orders again.',
        rejected: [notAnOrder(0), notQueued(1)],
      },
    });
  });

  test('responds 400 if no order is valid', async () => {
    answerSends();
    expect(read(toIntakeResponse(await accept([7])))).toMatchObject({
      statusCode: 400,
      body: { detail: 'The request contains no valid order: see rejected.', rejected: [notAnOrder(0)] },
    });
  });
});

afterEach(() => {
  logger.setLogLevel('INFO');
  vi.restoreAllMocks();
});

test('reportIntake logs counts and reasons at info level, and each order at debug level', () => {
  const log = captureLog();
  logger.setLogLevel('DEBUG');
  const error = new ServiceError('SendMessageBatch', 'AccessDenied', 'injected');
  reportIntake({
    accepted: [{ index: 0, order_id: 'one' }],
    rejected: [{ index: 1, errors: [] }],
    failed: ['two', 'three'].map((order_id, index) => ({ index, order_id, error })),
  });
  expect(log.entries()).toMatchObject([
    {
      level: 'INFO',
      message: 'orders accepted',
      accepted: 1,
      rejected: 1,
      failed: 2,
      reasons: { AccessDenied: 2 },
    },
    { level: 'DEBUG', message: 'accepted', order_id: 'one' },
    { level: 'DEBUG', message: 'not accepted', order_id: 'two' },
    { level: 'DEBUG', message: 'not accepted', order_id: 'three' },
  ]);
});
