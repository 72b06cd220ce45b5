import type { ClaimedRecord } from '../../lib/aws/ledger-record.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import type { KnownOrders } from './known-orders.ts';

/** Orders that are claimed and not marked as sent in the ledger, by their actual status. */
export interface ClassifiedClaims {
  /** Orders that were sent although the ledger lacks the mark: a consumer behind the topic has stored or dead-lettered them. */
  unmarked: Set<string>;
  /** Number of orders that may be in flight or in a queue. */
  inProgress: number;
  /** Orders whose message is in no queue any more. */
  stuck: string[];
}

/** Places where the messages of claimed orders may be. */
export interface MessageLocations {
  /** Ids of orders in the order queue's dead-letter queue. */
  deadLettered: ReadonlySet<string | null>;
  /** Ids of orders in the dead-letter queues behind the topic. */
  deadLetteredLater: ReadonlySet<string | null>;
  /**
   * Whether all queues were empty after the ledger was read. If not, a queue may hold the message of a claimed order, or the
   * event of an order that was sent but not marked. Such orders must not be sent again.
   */
  areQueuesEmpty: boolean;
}

/**
 * Classifies claimed orders that are not marked as sent.
 *
 * @throws ServiceError
 */
export async function classifyClaims(
  pipeline: Pipeline,
  { found, claims }: KnownOrders,
  { deadLettered, deadLetteredLater, areQueuesEmpty }: MessageLocations,
): Promise<ClassifiedClaims> {
  const result: ClassifiedClaims = { unmarked: new Set(), inProgress: 0, stuck: [] };
  const overdue: ClaimedRecord[] = [];
  const now = Date.now();
  for (const claim of claims.values()) {
    if (claim.leaseUntil > now) result.inProgress++;
    else if (found.get(claim.orderId) || deadLetteredLater.has(claim.orderId))
      result.unmarked.add(claim.orderId);
    else if (!deadLettered.has(claim.orderId)) overdue.push(claim);
  }
  const latest = await ledgerOf(pipeline).find(overdue.map(({ orderId }) => orderId));
  for (const [index, { orderId, leaseUntil }] of overdue.entries()) {
    const outcome = latest[index];
    if (!outcome?.ok) throw outcome?.error;
    const isUnchanged = outcome.value?.status === 'CLAIMED' && outcome.value.leaseUntil === leaseUntil;
    if (isUnchanged && areQueuesEmpty) result.stuck.push(orderId);
    else result.inProgress++;
  }
  return result;
}
