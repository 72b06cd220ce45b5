import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerRecord } from '../../lib/aws/ledger-record.ts';
import { createQueue, sendOrders } from '../../lib/aws/queue.ts';
import type { EntryOutcome } from '../../lib/batch/send-in-batches.ts';
import { toConfirmedMessage } from '../../lib/confirm/confirmed-message.ts';
import { type Order, parseOrderText } from '../../lib/order/order.ts';
import { QUEUE_NAMES, QUEUES, type QueueName } from '../../topology.ts';
import type { StoredOrders } from '../aws/stored-items.ts';
import { findQueue, ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import type { Gap, Progress, Reconciliation, StartProgress } from './reconciliation.ts';
import { openStoredOrders } from './stored-orders.ts';

/** What was given again to whom. */
export interface Replay {
  sent: { order_id: string; queue: QueueName }[];
  /** Gaps that stay, each with the reason. */
  unsent: (Gap & { reason: string })[];
}

/** The queue whose consumer has to try again for a gap to close; undefined for gaps that no other try closes. */
function queueFor({ kind }: Gap): QueueName | undefined {
  if (kind === 'stuck_claim') return 'order';
  return QUEUES.find(({ stores }) => stores && kind === `missing_${stores.each}`)?.name;
}

const NOT_REPLAYED = 'nothing to replay: it is to be looked into by hand';
const NO_ORDER =
  'the ledger has no order with it: it was confirmed before the ledger kept orders, or the order was removed';
const NO_STORE =
  'no consumer stores orders, so nothing shows whether it was confirmed: sent again, it might be confirmed twice';

interface ReplayedOrder {
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
  const byQueue = new Map<QueueName, ReplayedOrder[]>();
  const records = await findRecords(pipeline, gaps);
  for (const gap of gaps) {
    const queue = queueFor(gap);
    const packed = queue ? pack(pipeline, gap, records.get(gap.order_id)) : NOT_REPLAYED;
    if (queue && typeof packed !== 'string') {
      const orders = byQueue.get(queue) ?? [];
      byQueue.set(queue, orders);
      orders.push(packed);
    } else result.unsent.push({ ...gap, reason: String(packed) });
  }
  for (const queue of QUEUE_NAMES) {
    const orders = byQueue.get(queue) ?? [];
    const outcomes = await send(pipeline, queue, orders);
    for (const [index, { gap }] of orders.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) result.sent.push({ order_id: gap.order_id, queue });
      else result.unsent.push({ ...gap, reason: outcome?.error.message ?? 'no answer' });
    }
  }
  return result;
}

async function findRecords(pipeline: Pipeline, gaps: readonly Gap[]): Promise<Map<string, LedgerRecord>> {
  const orderIds = [...new Set(gaps.filter(queueFor).map(({ order_id }) => order_id))];
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
function pack(pipeline: Pipeline, gap: Gap, record: LedgerRecord | undefined): ReplayedOrder | string {
  if (gap.kind === 'stuck_claim' && !QUEUES.some(({ name }) => openStoredOrders(pipeline, name)))
    return NO_STORE;
  if (record?.order === undefined) return NO_ORDER;
  const parsed = parseOrderText(record.order);
  if (!parsed.ok)
    return `what the ledger has is no order: ${parsed.errors.map(({ message }) => message).join('; ')}`;
  const confirmedAt = record.status === 'SENT' ? record.sentAt : record.claimedAt;
  return { gap, order: parsed.order, confirmedAt };
}

async function send(
  pipeline: Pipeline,
  queue: QueueName,
  orders: readonly ReplayedOrder[],
): Promise<EntryOutcome<unknown>[]> {
  if (orders.length === 0) return [];
  const target = createQueue(pipeline.clients.sqs, findQueue(pipeline, queue).url);
  const { outcomes } =
    queue === 'order'
      ? await sendOrders(
          target,
          orders.map(({ order }) => order),
        )
      : await target.send(orders.map(({ order, confirmedAt }) => toConfirmedMessage(order, confirmedAt)));
  return outcomes;
}

/** Ms between two looks: at first, and at most. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Ids looked up at once: those after them wait for these. */
const WATCHED = 500;

/**
 * Waits until what was replayed is stored. An order that went to the order queue has to be stored by every consumer.
 *
 * @param deadline epoch milliseconds
 * @returns whether all of it is
 * @throws DatabaseError, ServiceError
 */
export async function awaitReplay(
  pipeline: Pipeline,
  { sent }: Replay,
  deadline: number,
  startProgress: StartProgress,
): Promise<boolean> {
  let all = true;
  for (const { name, stores } of QUEUES) {
    const stored = openStoredOrders(pipeline, name);
    const orderIds = sent
      .filter(({ queue }) => queue === name || queue === 'order')
      .map(({ order_id }) => order_id);
    if (!stored || !stores || orderIds.length === 0) continue;
    if (!(await arrived(stored, orderIds, deadline, startProgress(`waiting for ${stores.all}`)))) all = false;
  }
  return all;
}

async function arrived(
  stored: StoredOrders,
  orderIds: readonly string[],
  deadline: number,
  progress: Progress,
): Promise<boolean> {
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
