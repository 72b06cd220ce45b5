import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { PERMANENT_QUEUES } from '../pipeline/queue-outputs.ts';
import { type RequestOptions, sendRequest } from './send-request.ts';
import { startUnreachableDashboard } from './start-unreachable-dashboard.ts';

let server: Awaited<ReturnType<typeof startUnreachableDashboard>>;

beforeAll(async () => {
  server = await startUnreachableDashboard();
});
afterAll(() => server.stop());

const get = (path: string, options?: RequestOptions) => sendRequest(new URL(path, server.url).href, options);

describe('the server returns problem details', () => {
  const change = (method: string, body?: unknown): RequestOptions => ({ method, body });

  test.each<[method: string, path: string, body: unknown, status: number, detail: string | RegExp]>([
    ['GET', 'nothing', undefined, 404, 'path: no such route, received GET /dashboard/nothing'],
    ['POST', 'inventory', {}, 404, /^path: no such route/],
    ['GET', 'assets/main.js', undefined, 404, 'file: no such file, received "main.js"'],
    ['GET', 'inventory', undefined, 404, 'shipping is disabled in stage local'],
    ['GET', 'shipments', undefined, 404, 'shipping is disabled in stage local'],
    ['POST', 'restock', { product_id: 'P-1', quantity: 1 }, 404, 'shipping is disabled in stage local'],
    ['GET', 'sales', undefined, 404, 'sales are disabled in stage local'],
    ['GET', 'sales?by=week', undefined, 400, 'by: must be product, hour, day or customer, received "week"'],
    ['GET', 'sales?by=day&by=hour', undefined, 400, /^"by": must be given once/],
    ['GET', 'sales?format=csv', undefined, 400, '"format": is unknown, use one of by, from, to, limit'],
    ['GET', 'search', undefined, 400, 'q: must be an order ID or an e-mail address, received nothing'],
    ['GET', 'mailbox?limit=1', undefined, 400, '"limit": is unknown, use one of q'],
    [
      'GET',
      'shipments?status=lost',
      undefined,
      400,
      'status: must be scheduled or backordered, received "lost"',
    ],
    ['GET', 'orders/%20', undefined, 400, /^order_id must be 1 to 64 of the characters/],
    [
      'GET',
      'dead-letters/none',
      undefined,
      404,
      'queue: must be one of upload, order, shipping, analytics, received "none"',
    ],
    ['GET', 'dead-letters/shipping', undefined, 404, 'queue: the shipping queue is disabled in stage local'],
    ['GET', 'dead-letters/order', undefined, 503, /ECONNREFUSED/],
    [
      'POST',
      'dead-letters/order/redrive',
      { reason: 1 },
      400,
      /^reason: must be the code of a reason, received 1$/,
    ],
    ['POST', 'dead-letters/order/redrive', { ids: [] }, 400, /^ids: must be an array of 1 to 1,000/],
    ['POST', 'dead-letters/order/redrive', {}, 503, /ECONNREFUSED/],
    ['PUT', 'dead-letters/order/1', { body: 7 }, 400, 'body: must be a non-empty string, received 7'],
    ['PUT', 'dead-letters/order/1', { body: '{}' }, 400, /^body: customer_name must be/],
    [
      'POST',
      'burst',
      { count: 1_000_001 },
      400,
      'count: must be a whole number from 1 to 1,000,000, received 1000001',
    ],
    ['POST', 'burst', { count: 1, ratePerSecond: 0 }, 400, /^ratePerSecond: must be a number above 0/],
    [
      'POST',
      'burst',
      { count: 1, via: 's3' },
      400,
      '"via": is unknown, use one of count, ratePerSecond, seed',
    ],
    ['POST', 'burst', '{"count":', 400, /^body: must be JSON, received /],
    ['POST', 'burst', '[]', 400, 'body: must be a JSON object, received an array of 0'],
    ['POST', 'burst', '', 400, 'body: must be a JSON object, received nothing'],
    ['PATCH', 'burst', { ratePerSecond: 5 }, 409, 'No burst is running. Start one to set its rate.'],
    ['PATCH', 'burst', {}, 400, /^ratePerSecond: must be .* or null, received nothing$/],
    ['DELETE', 'burst', undefined, 404, 'No burst has been started.'],
    [
      'PUT',
      'throttle/producer',
      { enabled: true },
      404,
      `function: must be one of ${PERMANENT_QUEUES.map(({ consumer }) => consumer).join(', ')}, received "producer"`,
    ],
    ['PUT', 'throttle/consumer', {}, 400, 'throttle: give maximumConcurrency or enabled, received neither'],
    [
      'PUT',
      'throttle/consumer',
      { maximumConcurrency: 1 },
      400,
      /^maximumConcurrency: must be .* received 1$/,
    ],
  ])('for %s %s with body %j', async (method, path, body, status, detail) => {
    const { headers, ...answer } = await get(`/dashboard/${path}`, change(method, body));
    expect(answer.json).toEqual({
      type: 'about:blank',
      title: expect.any(String),
      status,
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
    expect(answer.status).toBe(status);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('for an unexpected error, whose message is reported but not returned', async () => {
    const error = new TypeError('customer jane@example.com is not a function');
    const salesDatabase = { query: () => Promise.reject(error), transaction: () => Promise.reject(error) };
    const other = await startUnreachableDashboard({ salesDatabase });
    onTestFinished(other.stop);
    const { status, json, text } = await sendRequest(`${other.url}dashboard/sales`);
    expect(status).toBe(500);
    expect(json.detail).toMatch(/^The request could not be processed/);
    expect(text).not.toMatch('jane');
    expect(other.reported).toEqual([error]);
  });
});
