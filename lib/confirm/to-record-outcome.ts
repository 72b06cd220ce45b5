import { HOPELESS_RETRY_SECONDS, type RecordOutcome } from '../records/settle-records.ts';
import type { ConfirmOutcome } from './confirm-orders.ts';

/** Seconds until a message whose order is busy comes back for the first time: the one in its way needs less than one. */
const BUSY_RETRY_SECONDS = 5;

/**
 * What a confirmation's outcome means for its message. What failed for a passing reason keeps the visibility timeout,
 * so that an outage of minutes does not empty the queue into the dead-letter queue. So does a busy order's message from
 * its second receive on: whoever claimed the order has died, and its lease ends before the visibility timeout does.
 *
 * @param receiveCount how often the message has been received, this time included
 */
export function toRecordOutcome(outcome: ConfirmOutcome, receiveCount: number): RecordOutcome {
  switch (outcome.status) {
    case 'confirmed':
    case 'duplicate':
    case 'redelivered':
      return { ok: true };
    case 'busy': {
      const error = new Error(`order ${outcome.order.order_id}: claimed already`);
      return { ok: false, error, ...(receiveCount === 1 && { retryInSeconds: BUSY_RETRY_SECONDS }) };
    }
    case 'rejected': {
      const error = new Error(outcome.errors.map(({ message }) => message).join('; '));
      return { ok: false, error, retryInSeconds: HOPELESS_RETRY_SECONDS };
    }
    case 'failed':
      return { ok: false, error: outcome.error };
  }
}
