import { logger } from '../observability/logger.ts';
import { publishCounts } from '../observability/metrics.ts';
import { countReason, reasonOf } from '../observability/reasons.ts';
import type { ConfirmOutcome } from './confirm-orders.ts';

/** Reports a batch: one log line and one metric line, whatever its size; `order_id`s only at debug level. */
export function reportConfirmations(outcomes: readonly ConfirmOutcome[]): void {
  const count = (status: ConfirmOutcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  const unmarked = outcomes.filter((outcome) => outcome.status === 'confirmed' && outcome.unmarked);
  const counts = {
    OrdersReceived: outcomes.length,
    OrdersConfirmed: count('confirmed'),
    OrdersDuplicate: count('duplicate'),
    OrdersRedelivered: count('redelivered'),
    OrdersBusy: count('busy'),
    OrdersRejected: count('rejected'),
    OrdersFailed: count('failed'),
    OrdersUnmarked: unmarked.length,
  };
  publishCounts(counts);
  logger.info('batch confirmed', { ...counts, reasons: countReasons(outcomes) });
  for (const outcome of outcomes) {
    if (outcome.status !== 'rejected') logger.debug(outcome.status, { order_id: outcome.order.order_id });
  }
}

function countReasons(outcomes: readonly ConfirmOutcome[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const outcome of outcomes) {
    for (const reason of reasonsOf(outcome)) countReason(reasons, reason);
  }
  return reasons;
}

function reasonsOf(outcome: ConfirmOutcome): string[] {
  if (outcome.status === 'rejected') return outcome.errors.map(({ path, code }) => `${path}: ${code}`);
  const error =
    outcome.status === 'failed' ? outcome.error : outcome.status === 'confirmed' && outcome.unmarked;
  return error ? [reasonOf(error)] : [];
}
