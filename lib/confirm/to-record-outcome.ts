import { HOPELESS_RETRY_SECONDS, type RecordOutcome } from '../records/settle-records.ts';
import type { ConfirmOutcome } from './confirm-orders.ts';

/**
 * What a confirmation's outcome means for its message. What failed for a passing reason keeps the visibility timeout,
 * so that an outage of minutes does not empty the queue into the dead-letter queue.
 */
export function toRecordOutcome(outcome: ConfirmOutcome): RecordOutcome {
  switch (outcome.status) {
    case 'confirmed':
    case 'duplicate':
    case 'redelivered':
      return { ok: true };
    case 'rejected': {
      const error = new Error(outcome.errors.map(({ message }) => message).join('; '));
      return { ok: false, error, retryInSeconds: HOPELESS_RETRY_SECONDS };
    }
    case 'failed':
      return { ok: false, error: outcome.error };
  }
}
