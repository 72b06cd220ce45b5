import type { Ledger } from '../../lib/aws/ledger.ts';
import type { ClaimedRecord } from '../../lib/aws/ledger-record.ts';
import { isOutOfReach } from '../../lib/errors.ts';
import { scanLedger, type TimeRange } from '../aws/ledger-scan.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { StartProgress } from './reconciliation.ts';

/** Records between two reports of progress. */
const REPORTED = 1_000;

/**
 * What the ledger remembers of a range. It is all that is held in memory of each order: 110 MB for a million of them, whose
 * ids are 64 characters.
 */
export interface KnownOrders {
  /** Where each was found, a bit for each store; none in the beginning. */
  found: Map<string, number>;
  /** Those of them that were not marked as sent. */
  claims: Map<string, ClaimedRecord>;
  /** Orders whose record cannot be read. */
  damaged: string[];
}

/** @throws ServiceError */
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
      if (known.found.size % REPORTED === 0) progress.update(known.found.size);
    }
    progress.update(known.found.size);
  } finally {
    progress.done();
  }
  return known;
}

/**
 * Those of these orders that the ledger has nothing of, be it of another time, or damaged.
 *
 * @throws ServiceError where it is out of reach
 */
export async function findUnknown(ledger: Ledger, orderIds: readonly string[]): Promise<string[]> {
  const outcomes = await ledger.find(orderIds);
  return orderIds.filter((_, index) => {
    const outcome = outcomes[index];
    if (outcome && !outcome.ok && isOutOfReach(outcome.error)) throw outcome.error;
    return outcome?.ok && outcome.value === undefined;
  });
}
