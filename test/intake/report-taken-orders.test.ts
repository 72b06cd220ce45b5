import { afterEach, expect, test, vi } from 'vitest';
import { ServiceError } from '../../lib/aws/service-error.ts';
import { reportTakenOrders } from '../../lib/intake/report-taken-orders.ts';
import { captureLog } from '../handlers/capture-log.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('a request is one line of the log: how many orders, and why the queue did not take some', () => {
  const log = captureLog();
  const error = new ServiceError('SendMessageBatch', 'AccessDenied', 'injected');
  reportTakenOrders({
    accepted: [{ index: 0, order_id: 'one' }],
    rejected: [{ index: 1, errors: [] }],
    failed: [2, 3].map((index) => ({ index, order_id: 'two', error })),
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
  ]);
});
