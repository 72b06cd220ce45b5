import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { EventSourceMapping, type MappingOptions } from '../../local/lambda/event-source-mapping.ts';
import type { QueueReader, QueueRecord } from '../../local/lambda/queue-reader.ts';
import { skipPauses } from '../skip-pauses.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** One long poll, which the test answers. */
interface Receive {
  waitMs: number;
  answer(...bodies: string[]): void;
  fail(error: Error): void;
}

const toRecord = (body: string) => ({ messageId: body, receiptHandle: body, json: JSON.stringify({ body }) });

/** Starts a mapping with one poller. */
function startMapping(options: Partial<MappingOptions> = {}) {
  const receives: Receive[] = [];
  const deleted: string[] = [];
  const reader: QueueReader = {
    receive(_max, waitMs, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<QueueRecord[]>();
      signal.addEventListener('abort', () => resolve([]));
      receives.push({ waitMs, answer: (...bodies) => resolve(bodies.map(toRecord)), fail: reject });
      return promise;
    },
    async delete(receiptHandles) {
      deleted.push(...receiptHandles);
    },
  };
  const batches: string[][] = [];
  const errors: string[] = [];
  const mapping = new EventSourceMapping({
    reader,
    queueArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
    batchSize: 2,
    batchingWindow: 0,
    maximumConcurrency: 1,
    reportsItemFailures: true,
    async invoke(payload) {
      batches.push((JSON.parse(payload) as SQSEvent).Records.map(({ body }) => body));
      return { payload: 'null' };
    },
    onError: (message) => errors.push(message),
    ...options,
  });
  onTestFinished(() => mapping.stop());
  /** Waits until the mapping has made this number of receives, and returns the last one. */
  async function nextReceive(count: number): Promise<Receive> {
    await vi.advanceTimersByTimeAsync(0);
    expect(receives).toHaveLength(count);
    return receives[count - 1] as Receive;
  }
  return { mapping, nextReceive, batches, deleted, errors };
}

test('a stop ends a pending receive at once, and leaves no timer', async () => {
  const { mapping, nextReceive, errors } = startMapping();
  await nextReceive(1);
  await mapping.stop();
  expect(errors).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a batch that was received before a stop is processed, even if its window is open', async () => {
  const { mapping, nextReceive, batches, deleted } = startMapping({ batchingWindow: 60 });
  (await nextReceive(1)).answer('a');
  await nextReceive(2);
  await mapping.stop();
  expect([batches, deleted]).toEqual([[['a']], ['a']]);
});

test('an unreachable queue is polled again after half a second', async () => {
  const pauses = skipPauses();
  const { nextReceive, errors } = startMapping();
  (await nextReceive(1)).fail(new Error('connection refused'));
  await vi.waitUntil(() => pauses.length > 0);
  await nextReceive(2);
  expect(pauses).toEqual([500]);
  expect(errors).toEqual(['queue arn:aws:sqs:us-east-1:000000000000:orders: Error: connection refused']);
});

test('a batching window that is longer than a long poll stays open after an empty receive', async () => {
  const { nextReceive, batches } = startMapping({ batchingWindow: 50 });
  (await nextReceive(1)).answer('a');
  const waits: number[] = [];
  for (let count = 2; count <= 4; count++) {
    const { waitMs, answer } = await nextReceive(count);
    waits.push(waitMs);
    await vi.advanceTimersByTimeAsync(waitMs);
    answer(...(count === 4 ? ['b'] : []));
  }
  await nextReceive(5);
  expect(waits).toEqual([20_000, 20_000, 10_000]);
  expect(batches).toEqual([['a', 'b']]);
});
