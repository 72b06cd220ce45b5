import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createS3Client, createSqsClient } from '../../lib/aws/clients.ts';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { type ProducerReport, type ProducerRun, produceOrders } from '../../lib/produce/produce-orders.ts';
import { readProducerInput } from '../../lib/produce/producer-input.ts';
import { answerSends } from '../aws/answer-sends.ts';
import { sdkError } from '../aws/intercept.ts';
import { keepObjects } from '../aws/keep-objects.ts';
import { captureLog } from '../handlers/capture-log.ts';

beforeEach(() => {
  captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const parts = {
  orderQueue: createQueue(createSqsClient(), 'https://sqs.us-east-1.amazonaws.com/1/orders'),
  objectStore: createObjectStore(createS3Client(true)),
  uploadBucket: 'uploads',
};
const produce = (input: object, run: Partial<ProducerRun> = {}) =>
  produceOrders(readProducerInput(input, 1), parts, { deadline: Date.now() + 60_000, ...run });
const lines = (count: number, seed: number) =>
  [...generateOrders({ count, seed })].map((order) => JSON.stringify(order));

describe('produceOrders via the queue', () => {
  test('sends the orders of its seed in requests of ten, and reports the result', async () => {
    const requests = answerSends();
    expect(await produce({ count: 25, seed: 7 })).toEqual({
      report: {
        requested: 25,
        sent: 25,
        failed: 0,
        files: 0,
        requests: 3,
        elapsedMs: expect.any(Number),
        seed: 7,
      },
      reasons: {},
    });
    expect(requests.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(requests.flat()).toEqual(lines(25, 7));
  });

  test('reports its progress after each request', async () => {
    answerSends();
    const seen: number[] = [];
    await produce({ count: 25 }, { onProgress: ({ sent }) => seen.push(sent) });
    expect(seen).toEqual([10, 20, 25]);
  });

  test.each([
    [400, 4, [4]],
    [95, 12, [9, 3]],
    [20, 4, [2, 2]],
    [5, 2, [1, 1]],
  ])('at %i orders per second, makes up to ten requests per second', async (rate, count, sizes) => {
    const requests = answerSends();
    const start = Date.now();
    const { report } = await produce({ count, ratePerSecond: rate });
    expect(requests.map(({ length }) => length)).toEqual(sizes);
    const due = (count / rate) * 1_000;
    expect(Date.now() - start + 1).toBeGreaterThanOrEqual(due);
    expect(report.elapsedMs + 1).toBeGreaterThanOrEqual(due);
    expect(report.elapsedMs).toBeLessThan(due + 2_000);
  });

  test('counts orders that the queue rejects, by reason', async () => {
    const [, refused = '', , other = ''] = lines(12, 7);
    answerSends((body) => ({ [refused]: 'InvalidMessageContents', [other]: 'AccessDenied' })[body]);
    const { report, reasons } = await produce({ count: 12, seed: 7 });
    expect(report).toMatchObject({ requested: 12, sent: 10, failed: 2 });
    expect(reasons).toEqual({ InvalidMessageContents: 1, AccessDenied: 1 });
  });

  test('starts no request after it is aborted or its deadline has passed', async () => {
    const requests = answerSends();
    const signal = AbortSignal.abort();
    expect((await produce({ count: 5 }, { signal })).report).toMatchObject({ requested: 5, sent: 0 });
    expect((await produce({ count: 5 }, { deadline: 0 })).report).toMatchObject({ sent: 0, failed: 0 });
    expect(requests).toEqual([]);
  });

  test('uses a different seed for each run without one', async () => {
    answerSends();
    const seeds = [await produce({}), await produce({})].map(({ report }) => report.seed);
    expect(seeds[0]).not.toBe(seeds[1]);
  });
});

describe('produceOrders via S3', () => {
  test('writes numbered files of the requested size into a folder for the run', async () => {
    const objects = keepObjects();
    const { report } = await produce({ count: 5, seed: 7, via: 's3', ordersPerFile: 2 });
    expect(report).toMatchObject({ sent: 5, failed: 0, files: 3, requests: 3 });
    const places = [...objects.keys()].toSorted();
    const folder = /^uploads\/generated\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-7\//;
    expect(places.map((place) => place.replace(folder, ''))).toEqual(
      [1, 2, 3].map((n) => `orders-0000${n}.ndjson`),
    );
    const files = places.map((place) => objects.get(place));
    expect(files.map((file) => file?.text).join('')).toBe(`${lines(5, 7).join('\n')}\n`);
    expect(files.map((file) => file?.type)).toEqual(Array(3).fill('application/x-ndjson'));
  });

  test('counts the orders of a file that the bucket rejects, by reason', async () => {
    const objects = keepObjects({
      put: (place) => {
        if (place.endsWith('2.ndjson')) throw sdkError('AccessDenied');
      },
    });
    const { report, reasons } = await produce({ count: 5, via: 's3', ordersPerFile: 2 });
    const expected: Partial<ProducerReport> = { sent: 3, failed: 2, files: 2, requests: 3 };
    expect(report).toMatchObject(expected);
    expect(reasons).toEqual({ AccessDenied: 2 });
    expect(objects.size).toBe(2);
  });
});
