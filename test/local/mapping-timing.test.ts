import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { EventSourceMapping, type MappingOptions } from '../../local/lambda/event-source-mapping.ts';
import { skipPauses } from '../skip-pauses.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** One long poll, which the test answers. */
interface Receive {
  waitSeconds: number | undefined;
  answer(...bodies: string[]): void;
  fail(error: Error): void;
  signal: AbortSignal;
}

/** Starts a mapping with one poller. */
function startMapping(options: Partial<MappingOptions> = {}) {
  const receives: Receive[] = [];
  const deleted: (string | undefined)[] = [];
  async function send(command: object, { abortSignal: signal }: { abortSignal?: AbortSignal } = {}) {
    if (command instanceof DeleteMessageBatchCommand) {
      deleted.push(...(command.input.Entries ?? []).map(({ ReceiptHandle }) => ReceiptHandle));
      return {};
    }
    if (!(command instanceof ReceiveMessageCommand) || !signal) throw new Error('an unexpected request');
    const { promise, resolve, reject } = Promise.withResolvers<object>();
    signal.addEventListener('abort', () => reject(new Error('aborted')));
    receives.push({
      waitSeconds: command.input.WaitTimeSeconds,
      answer: (...bodies) =>
        resolve({ Messages: bodies.map((Body) => ({ MessageId: Body, ReceiptHandle: Body, Body })) }),
      fail: reject,
      signal,
    });
    return promise;
  }
  const batches: string[][] = [];
  const errors: string[] = [];
  const mapping = new EventSourceMapping({ send } as unknown as SQSClient, {
    queueUrl: 'http://queue',
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
  onTestFinished(async () => {
    const stopping = mapping.stop();
    for (const { fail } of receives) fail(new Error('the test is over'));
    await stopping;
  });
  /** Waits until the mapping has made this number of receives, and returns the last one. */
  async function nextReceive(count: number): Promise<Receive> {
    await vi.advanceTimersByTimeAsync(0);
    expect(receives).toHaveLength(count);
    return receives[count - 1] as Receive;
  }
  return { mapping, nextReceive, batches, deleted, errors };
}

test('a stop waits 250 ms for a pending receive, then aborts it', async () => {
  const { mapping, nextReceive, errors } = startMapping();
  const { signal } = await nextReceive(1);
  const stopping = mapping.stop();
  await vi.advanceTimersByTimeAsync(249);
  expect(signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(signal.aborted).toBe(true);
  await stopping;
  expect(errors).toEqual([]);
});

test('a batch that is received during a stop is processed, and no timer is left', async () => {
  const { mapping, nextReceive, batches, deleted } = startMapping();
  const { answer, signal } = await nextReceive(1);
  const stopping = mapping.stop();
  await vi.advanceTimersByTimeAsync(249);
  answer('a');
  await stopping;
  expect([batches, deleted]).toEqual([[['a']], ['a']]);
  expect(vi.getTimerCount()).toBe(0);
  expect(signal.aborted).toBe(false);
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
  const waits: (number | undefined)[] = [];
  for (let count = 2; count <= 4; count++) {
    const { waitSeconds = 0, answer } = await nextReceive(count);
    waits.push(waitSeconds);
    await vi.advanceTimersByTimeAsync(waitSeconds * 1_000);
    answer(...(count === 4 ? ['b'] : []));
  }
  await nextReceive(5);
  expect(waits).toEqual([20, 20, 10]);
  expect(batches).toEqual([['a', 'b']]);
});
