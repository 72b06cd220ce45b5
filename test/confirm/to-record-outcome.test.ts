import { describe, expect, test } from 'vitest';
import type { ConfirmOutcome } from '../../lib/confirm/confirm-orders.ts';
import { toRecordOutcome } from '../../lib/confirm/to-record-outcome.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

const [order] = [...generateOrders({ count: 1, seed: 7 })] as [Order];

describe('a message', () => {
  test.each<ConfirmOutcome>([
    { status: 'confirmed', order, ageMs: 4 },
    { status: 'duplicate', order },
    { status: 'redelivered', order },
  ])('whose order is $status is done', (outcome) => {
    expect(toRecordOutcome(outcome, 1)).toEqual({ ok: true });
  });

  test.each([1, 2])('that is no order comes back after a second, and says why, at receive %i', (count) => {
    const errors = ['price must be one', 'email_id must be one'].map((message) => ({
      path: 'price',
      code: 'missing',
      message,
    }));
    expect(toRecordOutcome({ status: 'rejected', errors }, count)).toEqual({
      ok: false,
      error: new Error('price must be one; email_id must be one'),
      retryInSeconds: 1,
    });
  });

  test('that failed for a passing reason keeps the visibility timeout', () => {
    const error = new Error('down');
    const outcome = toRecordOutcome({ status: 'failed', step: 'publish', order, error }, 1);
    expect(outcome).toStrictEqual({ ok: false, error });
  });
});
