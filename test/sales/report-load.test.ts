import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { logger } from '../../lib/observability/logger.ts';
import { reportBatch, type StoredBatch } from '../../lib/records/order-consumer.ts';
import { createSalesConsumer, type SalesLoad, type SalesLoader } from '../../lib/sales/sales-loader.ts';
import { captureLog } from '../handlers/capture-log.ts';

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
  logger.setLogLevel('DEBUG');
});
afterEach(() => {
  logger.setLogLevel('INFO');
  vi.restoreAllMocks();
});

const reportLoad = (batch: StoredBatch<SalesLoad>) =>
  reportBatch(batch, createSalesConsumer({} as SalesLoader).report);

const refusal = { error: new Error('no order'), retryInSeconds: 1 };
const rejected = [[{ path: 'order', code: 'not_an_object', message: 'order must be a JSON object' }]];
const fine = {};

test('a load is reported in one log line and one metric line that count each record once, with order ids at debug level', () => {
  reportLoad({
    outcomes: [fine, fine, fine, refusal],
    ids: ['a', 'b'],
    stored: { loaded: 1, repeated: 1 },
    rejected,
  });
  const counts = { SalesLoaded: 1, SalesRepeated: 2, SalesRejected: 1, SalesFailed: 0 };
  expect(log.metrics()).toMatchObject([counts]);
  expect(log.lines('sales loaded')).toMatchObject([
    { level: 'INFO', ...counts, reasons: { 'order: not_an_object': 1 } },
  ]);
  expect(log.lines('loaded').map(({ level, order_id }) => [level, order_id])).toEqual([
    ['DEBUG', 'a'],
    ['DEBUG', 'b'],
  ]);
  expect(log.entries()).toHaveLength(3);
});

test('a failed load is reported with its reason, and counts all valid records as failed', () => {
  const failure = new Error('the warehouse is down');
  reportLoad({ outcomes: [{ error: failure }, refusal], ids: ['a'], failure, rejected });
  const counts = { SalesLoaded: 0, SalesRepeated: 0, SalesRejected: 1, SalesFailed: 1 };
  expect(log.metrics()).toMatchObject([counts]);
  expect(log.lines('sales loaded')).toMatchObject([counts]);
  expect(log.lines('sales not loaded')).toMatchObject([
    { level: 'ERROR', error: { message: 'the warehouse is down' } },
  ]);
  expect(log.lines('not loaded')).toMatchObject([{ level: 'DEBUG', order_id: 'a' }]);
  expect(log.lines('loaded')).toEqual([]);
});
