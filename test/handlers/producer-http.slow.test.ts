import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { capForHttp, HTTP_BUDGET_MS, readProducerInput } from '../../lib/produce/producer-input.ts';
import { intercept } from '../aws/intercept.ts';
import { captureLog } from './capture-log.ts';
import { httpEvent, readResponse } from './http-event.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/producer.ts')['handler'];

beforeAll(async () => {
  pipeline = await startPipeline('producer');
  ({ handler } = await import('../../handlers/producer.ts'));
});
afterAll(() => pipeline.stop());
beforeEach(() => {
  captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const post = async (body?: string, isBase64Encoded = false) =>
  readResponse(await handler(httpEvent('/orders/generate', body, isBase64Encoded), lambdaContext()));

/** Makes the queue accept all messages immediately. */
const fakeQueue = () =>
  intercept(SQSClient.prototype, SendMessageBatchCommand, async ({ Entries = [] }) => ({
    Successful: Entries.map(({ Id }) => ({ Id, MessageId: 'm', MD5OfMessageBody: '' })),
    Failed: [],
    $metadata: {},
  }));

describe('POST /orders/generate', () => {
  test('responds 202 with the report', async () => {
    const { status, type, body } = await post('{"count":50,"seed":3}');
    expect({ status, type }).toEqual({ status: 202, type: 'application/json' });
    expect(body).toMatchObject({ requested: 50, sent: 50, failed: 0, files: 0, requests: 5, seed: 3 });
    expect(body).not.toHaveProperty('capped');
    expect(await pipeline.drainQueue('OrderQueueUrl')).toHaveLength(50);
  });

  test('sends the default count if there is no body', async () => {
    expect((await post()).body).toMatchObject({ requested: 100, sent: 100 });
  });

  test('reads a body in base64', async () => {
    const { body } = await post(Buffer.from('{"count":7}').toString('base64'), true);
    expect(body).toMatchObject({ requested: 7 });
  });

  test.each([
    ['{"count":-1}', 'count: must be a whole number from 1 to 1,000,000, received -1'],
    ['{"count":', 'body: must be JSON, received'],
    ['[]', 'input: must be an object such as {"count":100}, received an array of 0'],
    ['{"ratePerSecond":0.01}', 'ratePerSecond: must be at least 0.05 over HTTP, received 0.01'],
  ])('responds 400 with problem details to %s', async (body, detail) => {
    const response = await post(body);
    expect(response).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(response.body).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400 });
    expect(response.body.detail).toContain(detail);
  });

  test('reduces a count that exceeds the time limit of an HTTP request, and reports it', async () => {
    fakeQueue();
    const { status, body } = await post('{"count":1000000}');
    expect(status).toBe(202);
    expect(body).toMatchObject({ requested: 20_000, sent: 20_000 });
    expect(body.capped).toContain('count was reduced from 1000000 to 20000');
  });
});

test('a reduced run with a rate takes less than the time limit of an HTTP request', () => {
  for (const ratePerSecond of [0.05, 1, 10, 333.3, 5_000]) {
    const { input } = capForHttp(readProducerInput({ count: 1_000_000, ratePerSecond }, 100));
    expect(input.count).toBeGreaterThanOrEqual(1);
    expect((input.count / ratePerSecond) * 1_000).toBeLessThanOrEqual(HTTP_BUDGET_MS - 5_000);
  }
});
