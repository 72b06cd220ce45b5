import { toConfirmedMessage } from '../aws/confirmed-message.ts';
import type { LedgerRecord } from '../aws/ledger-record.ts';
import { createOrderQueue } from '../aws/order-queue.ts';
import { sendMessages } from '../aws/send-messages.ts';
import type { EntryOutcome } from '../batch/send-in-batches.ts';
import { type Order, parseOrderText } from '../order/order.ts';
import { findQueue } from '../pipeline/find-queue.ts';
import { ledgerOf } from '../pipeline/ledger-of.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Gap, Reconciliation } from './reconciliation.ts';

/** Queues to which orders are given again. */
export type ReplayQueue = 'order' | 'shipping' | 'analytics';

/** What was given again to whom. */
export interface Replay {
  sent: { order_id: string; queue: ReplayQueue }[];
  /** Gaps that stay, each with the reason. */
  unsent: (Gap & { reason: string })[];
}

/** Gaps that another try may close, and who has to try. */
const QUEUES: Partial<Record<Gap['kind'], ReplayQueue>> = {
  missing_shipment: 'shipping',
  missing_sale: 'analytics',
  stuck_claim: 'order',
};

const NOT_REPLAYED = 'nothing to replay: it is to be looked into by hand';
const NO_ORDER =
  'the ledger has no order with it: it was confirmed before the ledger kept orders, or the order was removed';
const NO_WITNESS =
  'without shipping and sales nobody can tell whether it was confirmed: sent again, it might be confirmed twice';

interface Parcel {
  gap: Gap;
  order: Order;
  confirmedAt: number;
}

/**
 * Gives orders again to just those who missed them, as the ledger remembers them. Events go to the consumer's queue, never
 * through the topic, so nobody is told twice; orders that were claimed and never confirmed go to the order queue. All
 * consumers ignore what they have already, so a replay that is cut off may be repeated.
 *
 * A replayed event's `confirmed_at` is when the ledger marked the order as sent: the event's own was a moment before.
 *
 * @throws ServiceError where the ledger is out of reach
 */
export async function replay(pipeline: Pipeline, { gaps }: Pick<Reconciliation, 'gaps'>): Promise<Replay> {
  const result: Replay = { sent: [], unsent: [] };
  const parcels: Record<ReplayQueue, Parcel[]> = { order: [], shipping: [], analytics: [] };
  const records = await findRecords(pipeline, gaps);
  for (const gap of gaps) {
    const queue = QUEUES[gap.kind];
    const packed = queue ? pack(pipeline, gap, records.get(gap.order_id)) : NOT_REPLAYED;
    if (queue && typeof packed !== 'string') parcels[queue].push(packed);
    else result.unsent.push({ ...gap, reason: String(packed) });
  }
  for (const queue of Object.keys(parcels) as ReplayQueue[]) {
    const outcomes = await send(pipeline, queue, parcels[queue]);
    for (const [index, { gap }] of parcels[queue].entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) result.sent.push({ order_id: gap.order_id, queue });
      else result.unsent.push({ ...gap, reason: outcome?.error.message ?? 'no answer' });
    }
  }
  return result;
}

async function findRecords(pipeline: Pipeline, gaps: readonly Gap[]): Promise<Map<string, LedgerRecord>> {
  const orderIds = [...new Set(gaps.filter(({ kind }) => QUEUES[kind]).map(({ order_id }) => order_id))];
  const outcomes = await ledgerOf(pipeline).find(orderIds);
  const records = new Map<string, LedgerRecord>();
  for (const [index, orderId] of orderIds.entries()) {
    const outcome = outcomes[index];
    if (!outcome?.ok) throw outcome?.error;
    if (outcome.value) records.set(orderId, outcome.value);
  }
  return records;
}

/** @returns what is to be sent, or why nothing can be */
function pack(
  { shippingDatabase, salesDatabase }: Pipeline,
  gap: Gap,
  record: LedgerRecord | undefined,
): Parcel | string {
  if (gap.kind === 'stuck_claim' && !shippingDatabase && !salesDatabase) return NO_WITNESS;
  if (record?.order === undefined) return NO_ORDER;
  const parsed = parseOrderText(record.order);
  if (!parsed.ok)
    return `what the ledger has is no order: ${parsed.errors.map(({ message }) => message).join('; ')}`;
  const confirmedAt = record.status === 'SENT' ? record.sentAt : record.claimedAt;
  return { gap, order: parsed.order, confirmedAt };
}

async function send(
  pipeline: Pipeline,
  queue: ReplayQueue,
  parcels: readonly Parcel[],
): Promise<EntryOutcome<unknown>[]> {
  if (parcels.length === 0) return [];
  const { sqs } = pipeline.clients;
  const { url } = findQueue(pipeline, queue);
  const { outcomes } =
    queue === 'order'
      ? await createOrderQueue(sqs, url).send(parcels.map(({ order }) => order))
      : await sendMessages(
          sqs,
          url,
          parcels.map(({ order, confirmedAt }) => toConfirmedMessage(order, confirmedAt)),
        );
  return outcomes;
}
