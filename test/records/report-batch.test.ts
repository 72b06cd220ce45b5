import { beforeEach, expect, test, vi } from 'vitest';
import { ServiceError } from '../../lib/errors.ts';
import { reportBatch, type StoredBatch } from '../../lib/records/order-consumer.ts';
import { captureLog } from '../handlers/capture-log.ts';

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
  return () => vi.restoreAllMocks();
});

const issue = (path: string, code: string) => ({ path, code, message: `${path} must not be Jane` });

/** Returns the reasons in a batch's log line. */
function reasonsOf(batch: Pick<StoredBatch<{ repeated: number }>, 'rejected' | 'failure'>) {
  reportBatch({ outcomes: [], ids: [], ...batch }, { noun: 'words', verb: 'stored', metrics: {} });
  return log.lines('words stored').at(-1)?.reasons;
}

test('reportBatch counts the issues of all records by path and code, without customer data', () => {
  const rejected = [[issue('price', 'missing'), issue('order_id', 'too_big')], [issue('price', 'missing')]];
  expect(reasonsOf({ rejected })).toEqual({ 'price: missing': 2, 'order_id: too_big': 1 });
  expect(log.text()).not.toContain('Jane');
});

test('reportBatch counts an error of the store by its code, or its name if it has none', () => {
  const failure = new ServiceError('Query', 'Throttled', 'slow down');
  expect(reasonsOf({ rejected: [], failure })).toEqual({ Throttled: 1 });
  expect(reasonsOf({ rejected: [], failure: new RangeError('Jane') })).toEqual({ RangeError: 1 });
  expect(reasonsOf({ rejected: [] })).toEqual({});
});
