import type { ClaimedRecord } from '../../lib/aws/ledger-record.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import type { KnownOrders } from './known-orders.ts';

/** What became of orders that were claimed and, as far as the ledger was told, not sent. */
export interface JudgedClaims {
  /** Shipped or sold, or on that way and dead-lettered: they were sent, and only the mark was lost. */
  unmarked: Set<string>;
  /** In hand, or in a queue, as far as anybody can tell. */
  inProgress: number;
  /** Their message is nowhere any more. */
  stuck: string[];
}

/** Where else such an order may be. */
export interface Whereabouts {
  /** In the order queue's DLQ, and counted there. */
  deadLettered: ReadonlySet<string | null>;
  /** In the DLQ of a queue behind the topic. */
  deadLetteredLater: ReadonlySet<string | null>;
  /**
   * Whether no queue held anything after the ledger was read. Else it may be any message there: of an order that is still to be
   * confirmed, or of one that was sent and not marked, which must not be sent again.
   */
  areQueuesEmpty: boolean;
}

/** @throws ServiceError */
export async function judgeClaims(
  pipeline: Pipeline,
  { found, claims }: KnownOrders,
  { deadLettered, deadLetteredLater, areQueuesEmpty }: Whereabouts,
): Promise<JudgedClaims> {
  const judged: JudgedClaims = { unmarked: new Set(), inProgress: 0, stuck: [] };
  const overdue: ClaimedRecord[] = [];
  const now = Date.now();
  for (const claim of claims.values()) {
    if (claim.leaseUntil > now) judged.inProgress++;
    else if (found.get(claim.orderId) || deadLetteredLater.has(claim.orderId))
      judged.unmarked.add(claim.orderId);
    else if (!deadLettered.has(claim.orderId)) overdue.push(claim);
  }
  const latest = await ledgerOf(pipeline).find(overdue.map(({ orderId }) => orderId));
  for (const [index, { orderId, leaseUntil }] of overdue.entries()) {
    const outcome = latest[index];
    if (!outcome?.ok) throw outcome?.error;
    const isAsSeen = outcome.value?.status === 'CLAIMED' && outcome.value.leaseUntil === leaseUntil;
    if (isAsSeen && areQueuesEmpty) judged.stuck.push(orderId);
    else judged.inProgress++;
  }
  return judged;
}
