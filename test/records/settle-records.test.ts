import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Queue } from '../../lib/aws/queue.ts';
import { settleRecords } from '../../lib/records/settle-records.ts';
import { captureLog } from '../handlers/capture-log.ts';

let log: ReturnType<typeof captureLog>;

beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const recordsOf = (...receiptHandles: string[]) =>
  receiptHandles.map((receiptHandle) => ({ receiptHandle }) as SQSRecord);

/** Creates a queue that rejects these receipt handles. */
function startQueue(...rejected: string[]) {
  const requests: { handles: readonly string[]; seconds: number }[] = [];
  const queue: Pick<Queue, 'changeVisibility'> = {
    async changeVisibility(handles, seconds) {
      requests.push({ handles, seconds });
      return handles.map((handle) =>
        rejected.includes(handle)
          ? { ok: false, error: new Error(`rejected ${handle}`) }
          : { ok: true, value: undefined },
      );
    },
  };
  return { requests, queue };
}

const done = { status: 'fulfilled', value: undefined };
const error = new Error('failed');
const failed = { status: 'rejected', reason: error };

test('settleRecords keeps the order of records, and sets each visibility timeout with one request', async () => {
  const { requests, queue } = startQueue();
  const outcomes = [
    { error, retryInSeconds: 1 },
    {},
    { error, retryInSeconds: 5 },
    { error },
    { error, retryInSeconds: 1 },
    { error, retryInSeconds: 0 },
  ] as const;
  const settled = await settleRecords(recordsOf('a', 'b', 'c', 'd', 'e', 'f'), outcomes, queue);
  expect(settled).toEqual([failed, done, failed, failed, failed, failed]);
  expect(requests).toEqual([
    { handles: ['a', 'e'], seconds: 1 },
    { handles: ['c'], seconds: 5 },
    { handles: ['f'], seconds: 0 },
  ]);
  expect(log.entries()).toEqual([]);
});

test('settleRecords fails a record without an outcome', async () => {
  const { requests, queue } = startQueue();
  const settled = await settleRecords(recordsOf('a', 'b'), [{}], queue);
  expect(settled).toEqual([done, { status: 'rejected', reason: new Error('record: no outcome') }]);
  expect(requests).toEqual([]);
});

test('settleRecords logs an error of changeVisibility once, and keeps the outcomes', async () => {
  const { queue } = startQueue('b', 'c');
  const outcomes = ['a', 'b', 'c'].map(() => ({ error, retryInSeconds: 1 }) as const);
  expect(await settleRecords(recordsOf('a', 'b', 'c'), outcomes, queue)).toEqual([failed, failed, failed]);
  expect(log.entries()).toMatchObject([
    {
      level: 'WARN',
      message: 'retry pace not set, visibility timeout applies',
      error: { message: 'rejected b' },
    },
  ]);
});
