import { isNotConnected, isPassing, ServiceError } from '../aws/service-error.ts';
import { DatabaseError } from '../database/database-error.ts';

/** Codes of Node, of the SDK, of the data APIs, of the ledger and of `lib/database` for what did not answer, or not for now. */
const OUT_OF_REACH = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'InternalServerErrorException',
  'InternalServerException',
  'Unprocessed',
  'connection_lost',
  // Redshift's Data API has begun and not ended it: the warehouse is waking up.
  'statement_not_finished',
]);

/**
 * SQLSTATEs of a connection that was lost, or ended by a server that goes down or is not up yet.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CONNECTION_ENDED = /^(08\w{3}|57P0[123])$/;

/** Whether an error says that a database or service is out of reach for now, and nothing of the request. */
export function isOutOfReach(error: unknown): boolean {
  if (error instanceof DatabaseError && error.unreachable) return true;
  if (!(error instanceof DatabaseError || error instanceof ServiceError)) return false;
  const { code } = error;
  return isNotConnected(code) || isPassing(code) || OUT_OF_REACH.has(code) || CONNECTION_ENDED.test(code);
}
