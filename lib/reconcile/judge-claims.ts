import type { ClaimedRecord } from '../aws/ledger-record.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type KnownOrders, ledgerOf } from './known-orders.ts';

/** What became of orders that were claimed and, as far as the ledger was told, not sent. */
export interface JudgedClaims {
  /** Shipped or sold: they were sent, and only the mark was lost. */
  unmarked: Set<string>;
  /** In hand, or in the order queue, as far as anybody can tell. */
  inProgress: number;
  /** Their message is nowhere any more. */
  stuck: string[];
}

/**
 * @param deadLettered orders in the order queue's DLQ, which count there
 * @param isQueueEmpty whether the order queue held nothing after the ledger was read
 * @throws ServiceError
 */
export async function judgeClaims(
  pipeline: Pipeline,
  { found, claims }: KnownOrders,
  deadLettered: ReadonlySet<string | null>,
  isQueueEmpty: boolean,
): Promise<JudgedClaims> {
  const judged: JudgedClaims = { unmarked: new Set(), inProgress: 0, stuck: [] };
  const overdue: ClaimedRecord[] = [];
  const now = Date.now();
  for (const claim of claims.values()) {
    if (claim.leaseUntil > now) judged.inProgress++;
    else if (found.get(claim.orderId)) judged.unmarked.add(claim.orderId);
    else if (!deadLettered.has(claim.orderId)) overdue.push(claim);
  }
  const latest = await ledgerOf(pipeline).find(overdue.map(({ orderId }) => orderId));
  for (const [index, { orderId, leaseUntil }] of overdue.entries()) {
    const outcome = latest[index];
    if (!outcome?.ok) throw outcome?.error;
    const isAsSeen = outcome.value?.status === 'CLAIMED' && outcome.value.leaseUntil === leaseUntil;
    if (isAsSeen && isQueueEmpty) judged.stuck.push(orderId);
    else judged.inProgress++;
  }
  return judged;
}
