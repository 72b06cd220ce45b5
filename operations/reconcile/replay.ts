import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerRecord } from '../../lib/aws/ledger-record.ts';
import { createQueue, sendOrders } from '../../lib/aws/queue.ts';
import type { EntryOutcome } from '../../lib/batch/send-in-batches.ts';
import { toConfirmedMessage } from '../../lib/confirm/confirmed-message.ts';
import type { Database } from '../../lib/database/database.ts';
import { type Order, parseOrderText } from '../../lib/order/order.ts';
import { findQueue, ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import type { Gap, Reconciliation, StartProgress } from './reconciliation.ts';
import { createStoredOrders } from './stored-orders.ts';

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
  const target = createQueue(pipeline.clients.sqs, findQueue(pipeline, queue).url);
  const { outcomes } =
    queue === 'order'
      ? await sendOrders(
          target,
          parcels.map(({ order }) => order),
        )
      : await target.send(parcels.map(({ order, confirmedAt }) => toConfirmedMessage(order, confirmedAt)));
  return outcomes;
}

/** Ms between two looks: at first, and at most. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Ids looked up at once: those after them wait for these. */
const WATCHED = 500;

/**
 * Waits until what was replayed is stored. An order that went to the order queue has to be shipped and sold as well.
 *
 * @param deadline epoch milliseconds
 * @returns whether all of it is
 * @throws DatabaseError
 */
export async function awaitReplay(
  { shippingDatabase, salesDatabase }: Pipeline,
  { sent }: Replay,
  deadline: number,
  startProgress: StartProgress,
): Promise<boolean> {
  const idsFor = (queue: ReplayQueue) =>
    sent.filter((order) => order.queue === queue || order.queue === 'order').map(({ order_id }) => order_id);
  const shipped = await arrived(shippingDatabase, 'shipments', idsFor('shipping'), deadline, startProgress);
  const sold = await arrived(salesDatabase, 'sales', idsFor('analytics'), deadline, startProgress);
  return shipped && sold;
}

async function arrived(
  database: Database | undefined,
  table: 'shipments' | 'sales',
  orderIds: readonly string[],
  deadline: number,
  startProgress: StartProgress,
): Promise<boolean> {
  if (!database || orderIds.length === 0) return true;
  const stored = createStoredOrders(database, table);
  const progress = startProgress(`waiting for ${table}`);
  let waiting = [...orderIds];
  let pause = FIRST_PAUSE_MS;
  try {
    for (;;) {
      const there = await stored.have(waiting.slice(0, WATCHED));
      waiting = waiting.filter((id) => !there.has(id));
      progress.update(orderIds.length - waiting.length, orderIds.length);
      if (waiting.length === 0) return true;
      if (there.size > 0) continue;
      if (Date.now() + pause > deadline) return false;
      await sleep(pause);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    }
  } finally {
    progress.done();
  }
}
