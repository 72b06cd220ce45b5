import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConfirmOutcome } from '../../lib/confirm/confirm-orders.ts';
import { reportConfirmations } from '../../lib/confirm/report-confirmations.ts';
import { ServiceError } from '../../lib/errors.ts';
import { logger } from '../../lib/observability/logger.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { captureLog } from '../handlers/capture-log.ts';

let log: ReturnType<typeof captureLog>;

beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  logger.setLogLevel('INFO');
  vi.restoreAllMocks();
});

const [order] = [...generateOrders({ count: 1, seed: 7 })] as [Order];
const down = new ServiceError('PublishBatch', 'Throttled', 'injected');
const odd = new Error('price must not be Jane');
const issue = (path: string, code: string) => ({ path, code, message: `${path} must not be Jane` });

const EACH: ConfirmOutcome[] = [
  { status: 'confirmed', order, ageMs: 40 },
  { status: 'confirmed', order, ageMs: 70, unmarked: new RangeError('odd') },
  { status: 'confirmed', order, ageMs: 60 },
  { status: 'duplicate', order },
  { status: 'redelivered', order },
  { status: 'redelivered', order },
  { status: 'rejected', errors: [issue('price', 'missing'), issue('email_id', 'too_big')], error: odd },
  { status: 'rejected', errors: [issue('price', 'missing')], error: odd },
  { status: 'failed', step: 'claim', order, error: down },
  { status: 'failed', step: 'publish', order, error: down },
  { status: 'failed', step: 'publish', order, error: down },
];

describe('reportConfirmations', () => {
  test('writes one log line and one metric line with the age of the oldest order', () => {
    reportConfirmations(EACH);
    const counts = {
      OrdersReceived: 11,
      OrdersConfirmed: 3,
      OrdersDuplicate: 1,
      OrdersRedelivered: 2,
      OrdersRejected: 2,
      OrdersFailed: 3,
      OrdersUnpublished: 2,
      OrdersUnmarked: 1,
      OldestOrderAge: 70,
    };
    const reasons = { RangeError: 1, 'price: missing': 2, 'email_id: too_big': 1, Throttled: 3 };
    expect(log.entries()).toMatchObject([{ level: 'INFO', message: 'batch confirmed', ...counts }]);
    expect(log.entries()[0]?.reasons).toEqual(reasons);
    expect(log.metrics()).toMatchObject([counts]);
    expect(log.text()).not.toContain('Jane');
  });

  test('omits the age if the batch confirmed no order', () => {
    reportConfirmations([{ status: 'duplicate', order }]);
    expect(log.entries()).toMatchObject([{ OrdersReceived: 1, OrdersConfirmed: 0 }]);
    expect(log.entries()[0]?.reasons).toEqual({});
    expect(log.text()).not.toContain('OldestOrderAge');
  });

  test('logs each order with its outcome only at debug level', () => {
    logger.setLogLevel('DEBUG');
    reportConfirmations(EACH);
    const [summary, ...each] = log.entries();
    expect(summary).not.toHaveProperty('order_id');
    const named = EACH.filter(({ status }) => status !== 'rejected');
    expect(each).toMatchObject(
      named.map(({ status }) => ({ level: 'DEBUG', message: status, order_id: order.order_id })),
    );
    expect(each).toHaveLength(named.length);
  });
});
