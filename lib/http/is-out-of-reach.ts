import { isPassing, ServiceError } from '../aws/service-error.ts';
import { DatabaseError } from '../database/database-error.ts';

/** Codes of Node, of the SDK and of the ledger for a service that did not answer, or not for now. */
const OUT_OF_REACH = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
  'Unprocessed',
]);

/** What Redshift's Data API has begun and not ended: the warehouse is waking up. */
const STILL_RUNNING = 'statement_not_finished';

/** Whether an error says that a database or service is out of reach for now, and nothing of the request. */
export function isOutOfReach(error: unknown): boolean {
  if (error instanceof DatabaseError) return error.unreachable || error.code === STILL_RUNNING;
  return error instanceof ServiceError && (isPassing(error.code) || OUT_OF_REACH.has(error.code));
}
