import type { Ledger } from '../../lib/aws/ledger.ts';
import type { ClaimedRecord } from '../../lib/aws/ledger-record.ts';
import { isUnreachable } from '../../lib/errors.ts';
import { scanLedger, type TimeRange } from '../aws/ledger-scan.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { StartProgress } from './reconciliation.ts';

/** Number of records between two progress updates. */
const PROGRESS_INTERVAL = 1_000;

/** The orders of a range, as the ledger has them. A million orders with ids of 64 characters take 110 MB of memory. */
export interface KnownOrders {
  /** The stores that have each order, one bit per store; initially 0. */
  found: Map<string, number>;
  /** Orders that are claimed and not marked as sent. */
  claims: Map<string, ClaimedRecord>;
  /** Ids of orders whose record cannot be read. */
  damaged: string[];
}

/**
 * Reads the orders of a range from the ledger.
 *
 * @throws ServiceError
 */
export async function readKnownOrders(
  { clients, ledgerTable }: Pipeline,
  range: TimeRange,
  startProgress: StartProgress,
): Promise<KnownOrders> {
  const known: KnownOrders = { found: new Map(), claims: new Map(), damaged: [] };
  const progress = startProgress('reading the ledger');
  try {
    for await (const scanned of scanLedger(clients.dynamoDb, ledgerTable, range)) {
      if (!scanned.ok) {
        known.damaged.push(scanned.orderId);
        continue;
      }
      const { record } = scanned;
      known.found.set(record.orderId, 0);
      if (record.status === 'CLAIMED') known.claims.set(record.orderId, record);
      if (known.found.size % PROGRESS_INTERVAL === 0) progress.update(known.found.size);
    }
    progress.update(known.found.size);
  } finally {
    progress.done();
  }
  return known;
}

/**
 * Returns the orders that the ledger does not know. Orders outside the range and damaged records count as known.
 *
 * @throws ServiceError if the ledger is unreachable
 */
export async function findUnknown(ledger: Ledger, orderIds: readonly string[]): Promise<string[]> {
  const outcomes = await ledger.find(orderIds);
  return orderIds.filter((_, index) => {
    const outcome = outcomes[index];
    if (outcome && !outcome.ok && isUnreachable(outcome.error)) throw outcome.error;
    return outcome?.ok && outcome.value === undefined;
  });
}
