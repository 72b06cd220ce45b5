import { type BatchResultErrorEntry, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { seedOrder } from '../order/seed-order.ts';
import { captureLog } from './capture-log.ts';
import { expectOneLine } from './expect-one-line.ts';
import { httpEvent, readResponse } from './http-event.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/intake.ts')['handler'];
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  pipeline = await startPipeline('intake');
  ({ handler } = await import('../../handlers/intake.ts'));
});
afterAll(() => pipeline.stop());
beforeEach(async () => {
  await pipeline.purge();
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const post = async (body?: string, isBase64Encoded = false) =>
  readResponse(await handler(httpEvent('/orders', body, isBase64Encoded), lambdaContext()));
const postJson = (body: unknown) => post(JSON.stringify(body));
const drainOrderQueue = () => pipeline.drainQueue<Order>('OrderQueueUrl');
const orders = (count: number): Order[] => [...generateOrders({ count, seed: 7 })];

describe('POST /orders', () => {
  test('responds 202 with the order_id once an order is in the queue', async () => {
    const { status, type, body } = await postJson(seedOrder);
    expect({ status, type }).toEqual({ status: 202, type: 'application/json' });
    const [queued, ...others] = await drainOrderQueue();
    expect(others).toEqual([]);
    expect(queued).toEqual({ ...seedOrder, order_id: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(body).toEqual({ accepted: [{ index: 0, order_id: queued?.order_id }], rejected: [] });
  });

  test('reads a body in base64', async () => {
    const { status } = await post(Buffer.from(JSON.stringify(seedOrder)).toString('base64'), true);
    expect(status).toBe(202);
    expect(await drainOrderQueue()).toHaveLength(1);
  });

  test('accepts 1,000 orders', async () => {
    const sent = orders(1_000);
    const { status, body } = await postJson(sent);
    expect(status).toBe(202);
    expect(body.accepted).toEqual(sent.map(({ order_id }, index) => ({ index, order_id })));
    expect(body.rejected).toEqual([]);
    expect(await drainOrderQueue()).toHaveLength(1_000);
  });

  test('accepts the valid orders, and lists each invalid one with its position and errors', async () => {
    const [first, last] = orders(2);
    const { status, body } = await postJson([first, { ...seedOrder, price: -1 }, 'order', last]);
    expect(status).toBe(202);
    expect(body.accepted).toEqual([
      { index: 0, order_id: first?.order_id },
      { index: 3, order_id: last?.order_id },
    ]);
    expect(body.rejected).toEqual([
      { index: 1, errors: [{ path: 'price', code: 'too_small', message: expect.stringContaining('-1') }] },
      { index: 2, errors: [{ path: '', code: 'not_an_object', message: expect.any(String) }] },
    ]);
    expect(await drainOrderQueue()).toHaveLength(2);
  });

  test('writes one log line at info level for any number of orders', async () => {
    const sent = orders(100);
    await postJson(sent);
    expectOneLine(log, 'orders accepted', sent);
  });

  test('logs no personal data', async () => {
    await postJson([seedOrder, { ...seedOrder, price: 'free' }]);
    await post('{"customer_name": "Jane Doe", "email_id": "jane@example.com"');
    expect(log.lines('orders accepted')).toMatchObject([{ accepted: 1, rejected: 1, failed: 0 }]);
    expect(log.text()).not.toMatch(/jane|doe|example\.com|kettle/i);
  });
});

describe('POST /orders responds with problem details', () => {
  test('and all errors if no order is valid', async () => {
    const { status, type, body } = await postJson([{}, { ...seedOrder, email_id: 'nobody' }]);
    expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json' });
    expect(body).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'The request contains no valid order: see rejected.',
    });
    expect(body.rejected.map(({ index }: { index: number }) => index)).toEqual([0, 1]);
    expect(body.rejected[0].errors).toHaveLength(6);
    expect(body.rejected[1].errors).toMatchObject([{ path: 'email_id', code: 'invalid_format' }]);
    expect(await drainOrderQueue()).toEqual([]);
  });

  test.each([
    ['no body', undefined, 'body: must be JSON, received an empty body'],
    ['a blank body', '  ', 'body: must be JSON, received an empty body'],
    ['a body that is not JSON', '{"price": 1,', 'body: must be JSON, received'],
    ['an empty array', '[]', 'body: must be one order or an array of 1 to 1000, received 0'],
    [
      'more than 1,000 orders',
      JSON.stringify(Array.from({ length: 1_001 }, () => seedOrder)),
      'body: must be one order or an array of 1 to 1000, received 1001',
    ],
  ])('to %s', async (_name, body, detail) => {
    const response = await post(body);
    expect(response).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(response.body).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400 });
    expect(response.body.detail).toContain(detail);
    expect(await drainOrderQueue()).toEqual([]);
  });

  test.each([
    ['text', false],
    ['base64', true],
  ])('and status 413 to a body of more than 1 MiB, as %s, before it is parsed', async (_name, inBase64) => {
    const encode = (text: string) => (inBase64 ? Buffer.from(text).toString('base64') : text);
    const most = JSON.stringify(seedOrder).padEnd(1_048_576);
    expect(await post(encode(most), inBase64)).toMatchObject({ status: 202 });
    expect(await drainOrderQueue()).toHaveLength(1);

    const { status, type, body } = await post(encode(`${most} `), inBase64);
    expect({ status, type }).toEqual({ status: 413, type: 'application/problem+json' });
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Content Too Large',
      status: 413,
      detail: 'body: must have at most 1,048,576 bytes, received 1,048,577',
    });
    expect(await drainOrderQueue()).toEqual([]);
  });

  test('to JSON that is not an order', async () => {
    expect(await postJson(null)).toMatchObject({ status: 400, body: { rejected: [{ index: 0 }] } });
  });
});

describe('POST /orders when the queue fails', () => {
  test('responds 503 and lists each order while the queue is down', async () => {
    intercept(SQSClient.prototype, SendMessageBatchCommand, async () => {
      throw sdkError('ServiceUnavailable');
    });
    const { status, type, body } = await postJson(orders(2));
    expect({ status, type }).toEqual({ status: 503, type: 'application/problem+json' });
    expect(body).toMatchObject({ status: 503, title: 'Service Unavailable' });
    expect(body.rejected).toMatchObject([
      { index: 0, errors: [{ code: 'not_queued' }] },
      { index: 1, errors: [{ code: 'not_queued' }] },
    ]);
    expect(JSON.stringify(body)).not.toContain('injected');
    expect(log.lines('orders accepted')).toMatchObject([{ failed: 2, reasons: { ServiceUnavailable: 2 } }]);
  });

  test('responds 202 and lists the orders that could not be queued', async () => {
    intercept(SQSClient.prototype, SendMessageBatchCommand, async (input, pass) => {
      const [bad, ...good] = input.Entries ?? [];
      const output = await pass({ ...input, Entries: good });
      const failure: BatchResultErrorEntry = {
        Id: bad?.Id,
        Code: 'InvalidMessageContents',
        SenderFault: true,
      };
      return { ...output, Failed: [failure] };
    });
    const { status, body } = await postJson([...orders(3), {}]);
    expect(status).toBe(202);
    expect(body.accepted.map(({ index }: { index: number }) => index)).toEqual([1, 2]);
    expect(body.rejected.map(({ index }: { index: number }) => index)).toEqual([0, 3]);
    expect(body.rejected[0].errors).toMatchObject([{ code: 'not_queued' }]);
    expect(await drainOrderQueue()).toHaveLength(2);
  });
});
