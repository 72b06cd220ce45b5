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

/** The outcome of a replay. */
export interface Replay {
  /** Orders sent, and the queues that they were sent to. */
  sent: { order_id: string; queue: QueueName }[];
  /** Gaps that remain, each with the reason. */
  unsent: (Gap & { reason: string })[];
}

/** Returns the queue that receives the order to close its gap; undefined if a replay cannot close it. */
function queueFor({ kind }: Gap): QueueName | undefined {
  if (kind === 'stuck_claim') return 'order';
  return QUEUES.find(({ stores }) => stores && kind === `missing_${stores.each}`)?.name;
}

const NOT_REPLAYED = 'a replay cannot fix this: examine the order by hand';
const NO_ORDER =
  'the ledger does not have the order itself: it was confirmed before the ledger kept orders, or was removed';
const NO_STORE =
  'no consumer stores orders, so it is unknown whether it was confirmed: a replay might confirm it twice';

interface ReplayedOrder {
  gap: Gap;
  order: Order;
  confirmedAt: number;
}

/**
 * Sends orders from the ledger again to the consumers that missed them. Events go directly to the consumer's queue rather than
 * through the topic, so that no customer is notified twice. Orders that were claimed and never confirmed go to the order queue.
 * Consumers are idempotent, so an interrupted replay may be repeated.
 *
 * The `confirmed_at` of a replayed event is when the ledger marked the order as sent, slightly later than in the original event.
 *
 * @throws ServiceError if the ledger is unreachable
 */
export async function replay(pipeline: Pipeline, { gaps }: Pick<Reconciliation, 'gaps'>): Promise<Replay> {
  const result: Replay = { sent: [], unsent: [] };
  const byQueue = new Map<QueueName, ReplayedOrder[]>();
  const records = await findRecords(pipeline, gaps);
  for (const gap of gaps) {
    const queue = queueFor(gap);
    const prepared = queue ? prepare(pipeline, gap, records.get(gap.order_id)) : NOT_REPLAYED;
    if (queue && typeof prepared !== 'string') {
      const orders = byQueue.get(queue) ?? [];
      byQueue.set(queue, orders);
      orders.push(prepared);
    } else result.unsent.push({ ...gap, reason: String(prepared) });
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

/** @returns The order to send, or the reason why it cannot be sent. */
function prepare(pipeline: Pipeline, gap: Gap, record: LedgerRecord | undefined): ReplayedOrder | string {
  if (gap.kind === 'stuck_claim' && !QUEUES.some(({ name }) => openStoredOrders(pipeline, name)))
    return NO_STORE;
  if (record?.order === undefined) return NO_ORDER;
  const parsed = parseOrderText(record.order);
  if (!parsed.ok)
    return `the ledger's order is invalid: ${parsed.errors.map(({ message }) => message).join('; ')}`;
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

/** Milliseconds between two lookups: the first pause and the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** Number of ids per lookup. Further ids are looked up once some of these are stored. */
const MAX_LOOKED_UP = 500;

/**
 * Waits until replayed orders are stored. An order that was sent to the order queue must be stored by every consumer.
 *
 * @param deadline When to give up, in epoch milliseconds.
 * @returns Whether all replayed orders are stored.
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
    if (!(await areStored(stored, orderIds, deadline, startProgress(`waiting for ${stores.all}`))))
      all = false;
  }
  return all;
}

async function areStored(
  stored: StoredOrders,
  orderIds: readonly string[],
  deadline: number,
  progress: Progress,
): Promise<boolean> {
  let waiting = [...orderIds];
  let pause = FIRST_PAUSE_MS;
  try {
    for (;;) {
      const found = await stored.have(waiting.slice(0, MAX_LOOKED_UP));
      waiting = waiting.filter((id) => !found.has(id));
      progress.update(orderIds.length - waiting.length, orderIds.length);
      if (waiting.length === 0) return true;
      if (found.size > 0) continue;
      if (Date.now() + pause > deadline) return false;
      await sleep(pause);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    }
  } finally {
    progress.done();
  }
}
