import { findDiscrepancies } from '../../local/start/discrepancies.ts';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import type { Reconciliation } from '../../operations/reconcile/reconciliation.ts';
import type { LoadCounts } from './send-load.ts';

/** What the promise is checked by, once nothing is on its way. */
export interface Evidence {
  /** What was sent. */
  load: LoadCounts;
  /** What queues took, the functions said and the databases hold. */
  counts: PipelineCounts;
  /** The customers' mailbox: orders sent, those of them confirmed, and confirmations of an order that had one. */
  mails: { sent: number; confirmed: number; repeated: number };
  /** Orders that were sent and not confirmed, and not in the order queue's DLQ. */
  lost: number;
  /** Orders that were confirmed and never sent. */
  strangers: number;
  /** Orders in the order queue's DLQ that are in order: redrive would confirm them. */
  passing: number;
  /** What is no order: in the order queue's DLQ, refused over HTTP, and in files of rejected rows. */
  found: { deadLettered: number; refused: number; rejected: number };
  /** The ledger against the databases. */
  reconciliation: Reconciliation;
}

/**
 * What of the promise is broken, in words; nothing where each order is confirmed, shipped and counted once, and what is no order
 * is to be found.
 *
 * @param faults whether requests failed on purpose: then a batch whose answer was lost may have been published, and its
 *   messages counted, once more
 */
export function checkPromise(evidence: Evidence, faults: boolean): string[] {
  const { load, counts, mails, lost, strangers, passing, found, reconciliation } = evidence;
  const { stored } = counts;
  const confirmed = counts.confirmed - counts.repeated;
  const invalid = found.deadLettered + found.refused + found.rejected;
  /** Messages that were neither first to be confirmed nor dead-lettered. */
  const others = counts.received - confirmed - counts.deadLettered;
  const checks: Record<string, boolean> = {
    'everything is drained': stored !== undefined,
    'each order is confirmed or dead-lettered': lost === 0 && mails.confirmed + passing >= load.order,
    'nothing else is confirmed': strangers === 0 && mails.confirmed <= load.order,
    'mails and confirmations agree': mails.confirmed === confirmed && mails.repeated === counts.repeated,
    'what is no order is to be found': invalid === load.invalid,
    'what the queue took is confirmed, a duplicate or dead-lettered':
      others >= 0 &&
      (faults ? counts.duplicates + counts.redelivered >= others : counts.duplicates === others),
    'each confirmed order has one shipment': stored?.scheduled === confirmed - (stored?.backordered ?? 0),
    'stock is what was not shipped': stored?.stockTaken === stored?.scheduled,
    'each confirmed order is counted once': stored?.sales === confirmed,
    'the ledger agrees with both databases': reconciliation.reconciled,
    'no order is confirmed twice': faults || counts.repeated === 0,
    'the numbers of npm start reconcile':
      faults ||
      findDiscrepancies({
        counts,
        sent: load.order,
        unsent: 0,
        produceMs: 0,
        seeds: [],
        confirmMs: 0,
        totalMs: 0,
      }).length === 0,
  };
  return Object.keys(checks).filter((name) => !checks[name]);
}
