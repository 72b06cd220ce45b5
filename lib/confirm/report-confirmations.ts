import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { countReasons, issueReason, reasonOf } from '../observability/reasons.ts';
import type { ConfirmOutcome } from './confirm-orders.ts';

/**
 * Reports a batch of any size with one log line and one metric line. `order_id`s are logged only at debug level.
 *
 * `OldestOrderAge` is the age of the batch's oldest order at its confirmation, in ms: from its message's `SentTimestamp` to the
 * event's `confirmed_at`. It is absent if the batch confirmed no order.
 */
export function reportConfirmations(outcomes: readonly ConfirmOutcome[]): void {
  const count = (status: ConfirmOutcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  const confirmed = outcomes.filter((outcome) => outcome.status === 'confirmed');
  const unpublished = outcomes.filter((outcome) => outcome.status === 'failed' && outcome.step === 'publish');
  const counts = {
    OrdersReceived: outcomes.length,
    OrdersConfirmed: confirmed.length,
    OrdersDuplicate: count('duplicate'),
    OrdersRedelivered: count('redelivered'),
    OrdersBusy: count('busy'),
    OrdersRejected: count('rejected'),
    OrdersFailed: count('failed'),
    // These orders failed at the topic. The other failed orders failed in the ledger.
    OrdersUnpublished: unpublished.length,
    OrdersUnmarked: confirmed.filter(({ unmarked }) => unmarked).length,
  };
  const oldest = Math.max(...confirmed.map(({ ageMs }) => ageMs));
  const ages = Number.isFinite(oldest) ? { OldestOrderAge: oldest } : undefined;
  publishMetrics({ Count: counts, Milliseconds: ages });
  logger.info('batch confirmed', { ...counts, ...ages, reasons: countReasons(outcomes.flatMap(reasonsOf)) });
  for (const outcome of outcomes) {
    if (outcome.status !== 'rejected') logger.debug(outcome.status, { order_id: outcome.order.order_id });
  }
}

function reasonsOf(outcome: ConfirmOutcome): string[] {
  if (outcome.status === 'rejected') return outcome.errors.map(issueReason);
  const error =
    outcome.status === 'failed' ? outcome.error : outcome.status === 'confirmed' && outcome.unmarked;
  return error ? [reasonOf(error)] : [];
}
