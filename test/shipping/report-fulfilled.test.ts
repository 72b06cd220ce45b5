import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { logger } from '../../lib/observability/logger.ts';
import { reportBatch, type StoredBatch } from '../../lib/records/order-consumer.ts';
import { createFulfillment, type FulfillmentCounts } from '../../lib/shipping/fulfill-orders.ts';
import { reportRestock } from '../../lib/shipping/restock.ts';
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

const reportFulfilled = (batch: StoredBatch<FulfillmentCounts>) =>
  reportBatch(batch, createFulfillment({} as Database).report);

const refusal = { error: new Error('no order'), retryInSeconds: 1 };
const rejected = [[{ path: 'order', code: 'not_an_object', message: 'order must be a JSON object' }]];
const fine = {};

test('a batch is reported in one log line and one metric line that count each record once, with order ids at debug level', () => {
  reportFulfilled({
    outcomes: [fine, fine, fine, fine, refusal],
    ids: ['a', 'b', 'c'],
    stored: { scheduled: 1, backordered: 1, repeated: 1 },
    rejected,
  });
  const counts = {
    ShipmentsScheduled: 1,
    ShipmentsBackordered: 1,
    ShipmentsRepeated: 2,
    ShipmentsRejected: 1,
    ShipmentsFailed: 0,
  };
  expect(log.metrics()).toMatchObject([counts]);
  expect(log.lines('orders fulfilled')).toMatchObject([
    { level: 'INFO', ...counts, reasons: { 'order: not_an_object': 1 } },
  ]);
  expect(log.lines('fulfilled').map(({ level, order_id }) => [level, order_id])).toEqual(
    ['a', 'b', 'c'].map((id) => ['DEBUG', id]),
  );
  expect(log.entries()).toHaveLength(4);
});

test('a failed batch is reported with its reason, and counts all valid records as failed', () => {
  const failure = new Error('the database is down');
  reportFulfilled({
    outcomes: [{ error: failure }, refusal],
    ids: ['a'],
    failure,
    rejected,
  });
  const counts = {
    ShipmentsScheduled: 0,
    ShipmentsBackordered: 0,
    ShipmentsRepeated: 0,
    ShipmentsRejected: 1,
    ShipmentsFailed: 1,
  };
  expect(log.metrics()).toMatchObject([counts]);
  expect(log.lines('orders fulfilled')).toMatchObject([counts]);
  expect(log.lines('orders not fulfilled')).toMatchObject([
    { level: 'ERROR', error: { message: 'the database is down' } },
  ]);
  expect(log.lines('not fulfilled')).toMatchObject([{ level: 'DEBUG', order_id: 'a' }]);
  expect(log.lines('fulfilled')).toEqual([]);
});

test('a restock is reported in one log line and one metric line, with the sums of its products', () => {
  reportRestock('r-1', [
    { product_id: 'P-1', added: 10, scheduled: 3, stock: 7 },
    { product_id: 'P-2', added: 5, scheduled: 1, stock: 4 },
  ]);
  const counts = { StockAdded: 15, BackordersScheduled: 4 };
  expect(log.metrics()).toMatchObject([counts]);
  expect(log.entries()).toMatchObject([
    { level: 'INFO', message: 'products restocked', restock_id: 'r-1', products: 2, ...counts },
  ]);
});
