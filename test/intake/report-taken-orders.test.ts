import { afterEach, expect, test, vi } from 'vitest';
import { ServiceError } from '../../lib/aws/service-error.ts';
import { reportTakenOrders } from '../../lib/intake/report-taken-orders.ts';
import { logger } from '../../lib/observability/logger.ts';
import { captureLog } from '../handlers/capture-log.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a request is one line at info, how many orders and why the queue did not take some, and one each at debug', () => {
  const log = captureLog();
  logger.setLogLevel('DEBUG');
  const error = new ServiceError('SendMessageBatch', 'AccessDenied', 'injected');
  reportTakenOrders({
    accepted: [{ index: 0, order_id: 'one' }],
    rejected: [{ index: 1, errors: [] }],
    failed: ['two', 'three'].map((order_id, index) => ({ index, order_id, error })),
  });
  expect(log.entries()).toMatchObject([
    {
      level: 'INFO',
      message: 'orders taken',
      accepted: 1,
      rejected: 1,
      failed: 2,
      reasons: { AccessDenied: 2 },
    },
    { level: 'DEBUG', message: 'taken', order_id: 'one' },
    { level: 'DEBUG', message: 'not taken', order_id: 'two' },
    { level: 'DEBUG', message: 'not taken', order_id: 'three' },
  ]);
});
