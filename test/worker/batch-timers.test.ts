import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type BatchRunnerOptions, createBatchRunner, OverdueError } from '../../worker/batch-runner.ts';
import { captureLog } from '../handlers/capture-log.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  captureLog();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const record = { messageId: 'm-1', receiptHandle: 'r-1' } as SQSRecord;

/** Creates a runner for a queue with a visibility timeout of 30 s, and records when it is renewed, in seconds. */
function createRunner(handler: BatchRunnerOptions['handler']) {
  const start = Date.now();
  const renewals: number[] = [];
  const runBatch = createBatchRunner({
    functionName: 'test',
    handler,
    visibilityTimeout: 30,
    timeout: 40,
    queue: {
      delete: async () => [{ ok: true, value: undefined }],
      async changeVisibility(_handles, seconds) {
        expect(seconds).toBe(30);
        renewals.push((Date.now() - start) / 1_000);
        return [{ ok: true, value: undefined }];
      },
    },
  });
  return { runBatch, renewals };
}

test.each([
  ['succeeded', async () => undefined, { handled: 1, failed: 0 }],
  ['failed', () => Promise.reject(new Error('no')), { handled: 0, failed: 1 }],
])('a batch that %s leaves no timer behind', async (_name, handler, counts) => {
  const { runBatch } = createRunner(handler);
  expect(await runBatch([record])).toEqual(counts);
  expect(vi.getTimerCount()).toBe(0);
});

test('a batch is overdue 10 ms before its time limit, and is renewed after each third of its visibility timeout', async () => {
  const { runBatch, renewals } = createRunner(() => new Promise(() => {}));
  const overdue = vi.fn<(error: Error) => void>();
  const running = runBatch([record]).catch(overdue);
  await vi.advanceTimersByTimeAsync(39_989);
  expect(overdue).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await running;
  expect(overdue.mock.calls).toEqual([[expect.any(OverdueError)]]);
  expect(renewals).toEqual([10, 20, 30]);
  expect(vi.getTimerCount()).toBe(0);
});
