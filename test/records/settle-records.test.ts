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

/** A queue that refuses the receipt handles given. */
function startQueue(...refused: string[]) {
  const asked: { handles: readonly string[]; seconds: number }[] = [];
  const queue: Pick<Queue, 'changeVisibility'> = {
    async changeVisibility(handles, seconds) {
      asked.push({ handles, seconds });
      return handles.map((handle) =>
        refused.includes(handle)
          ? { ok: false, error: new Error(`refused ${handle}`) }
          : { ok: true, value: undefined },
      );
    },
  };
  return { asked, queue };
}

const done = { status: 'fulfilled', value: undefined };
const error = new Error('failed');
const failed = { status: 'rejected', reason: error };

test('records are settled in their order, and those that fail come back in the time of each, a request for each time', async () => {
  const { asked, queue } = startQueue();
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
  expect(asked).toEqual([
    { handles: ['a', 'e'], seconds: 1 },
    { handles: ['c'], seconds: 5 },
    { handles: ['f'], seconds: 0 },
  ]);
  expect(log.entries()).toEqual([]);
});

test('a record without an outcome fails', async () => {
  const { asked, queue } = startQueue();
  const settled = await settleRecords(recordsOf('a', 'b'), [{}], queue);
  expect(settled).toEqual([done, { status: 'rejected', reason: new Error('record: no outcome') }]);
  expect(asked).toEqual([]);
});

test('a pace that the queue does not take is logged once, and changes no outcome', async () => {
  const { queue } = startQueue('b', 'c');
  const outcomes = ['a', 'b', 'c'].map(() => ({ error, retryInSeconds: 1 }) as const);
  expect(await settleRecords(recordsOf('a', 'b', 'c'), outcomes, queue)).toEqual([failed, failed, failed]);
  expect(log.entries()).toMatchObject([
    {
      level: 'WARN',
      message: 'retry pace not set, visibility timeout applies',
      error: { message: 'refused b' },
    },
  ]);
});
