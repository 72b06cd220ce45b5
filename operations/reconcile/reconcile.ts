import { createQueue, messagesIn } from '../../lib/aws/queue.ts';
import { QUEUES, type QueueName, STORING_QUEUES, type StoreName } from '../../topology.ts';
import type { TimeRange } from '../aws/ledger-scan.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { listOrderDeadLetters } from '../dead-letters/list-dead-letters.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { classifyClaims } from './classify-claims.ts';
import { readKnownOrders } from './known-orders.ts';
import type { Gap, Reconciliation, StartProgress, StoredCounts } from './reconciliation.ts';
import { compareStored } from './stored-orders.ts';

/** The queues of orders; uploads are files. */
const ORDER_QUEUES = QUEUES.filter(({ holds }) => holds !== 'upload').map(({ name }) => name);

/** The stores, with their bits in `KnownOrders.found`. Each store must have every confirmed order. */
const STORING = STORING_QUEUES.map((queue, index) => ({ queue, stores: queue.stores, bit: 1 << index }));

/** The queues whose consumers receive confirmed orders and store nothing. */
const NOT_STORING = QUEUES.filter(({ holds, stores }) => holds === 'confirmed order' && !stores).map(
  ({ name }) => name,
);

/**
 * Compares the orders of a range between the ledger, the dead-letter queues and the consumers' stores.
 *
 * The pipeline may run meanwhile, because the sources are read in this order: the ledger, the queues' depths, the stores. If a
 * queue was empty, every order that the ledger had confirmed before is in the consumer's store. Differences are checked again
 * by id.
 *
 * @throws ServiceError, DatabaseError
 */
export async function reconcile(
  pipeline: Pipeline,
  range: TimeRange,
  startProgress: StartProgress,
): Promise<Reconciliation> {
  const known = await readKnownOrders(pipeline, range, startProgress);
  const queued = await countQueued(pipeline);
  const deadLetters = await listOrderDeadLetters(pipeline);
  const unknown = new Map<StoreName, readonly string[] | undefined>();
  for (const { queue, stores, bit } of STORING) {
    unknown.set(stores.all, await compareStored(pipeline, queue, bit, known, range, startProgress));
  }

  const claims = await classifyClaims(pipeline, known, {
    deadLettered: idsOf(inQueue(deadLetters, 'order')),
    deadLetteredLater: idsOf(deadLetters.filter(({ queue }) => queue !== 'order')),
    areQueuesEmpty: ORDER_QUEUES.every((name) => !queued[name]),
  });
  const isConfirmed = (orderId: string) =>
    known.found.has(orderId) && (!known.claims.has(orderId) || claims.unmarked.has(orderId));
  const confirmed = known.found.size - known.claims.size + claims.unmarked.size;
  const gaps: Gap[] = [
    ...claims.stuck.map((order_id) => ({ kind: 'stuck_claim', order_id }) as const),
    ...known.damaged.map((order_id) => ({ kind: 'damaged_record', order_id }) as const),
  ];

  function countStored({
    queue: { name: queue },
    stores,
    bit,
  }: (typeof STORING)[number]): StoredCounts | null {
    const unknownIds = unknown.get(stores.all);
    if (!unknownIds) return null;
    const deadLettered = idsOf(inQueue(deadLetters, queue));
    const counts: StoredCounts = {
      stored: 0,
      on_the_way: 0,
      dead_lettered: 0,
      missing: 0,
      unknown: unknownIds.length,
    };
    for (const [order_id, found] of known.found) {
      if (!isConfirmed(order_id)) continue;
      if (found & bit) counts.stored++;
      else if (deadLettered.has(order_id)) counts.dead_lettered++;
      else if (queued[queue]) counts.on_the_way++;
      else {
        counts.missing++;
        gaps.push({ kind: `missing_${stores.each}`, order_id });
      }
    }
    for (const order_id of unknownIds) gaps.push({ kind: `unknown_${stores.each}`, order_id });
    return counts;
  }

  const stored = STORING.map((each) => [each.stores.all, countStored(each)] as const);
  const deadLettersOfRange = deadLetters.filter(
    ({ order_id, sent_at }) => isIn(range, sent_at) || (order_id !== null && known.found.has(order_id)),
  );
  const unconfirmed = inQueue(deadLettersOfRange, 'order').filter(
    ({ order_id }) => order_id === null || !isConfirmed(order_id),
  );
  const isDeadLetteredElsewhere = deadLetters.some(
    ({ queue, order_id }) => NOT_STORING.includes(queue) && order_id !== null && isConfirmed(order_id),
  );
  const { inProgress, stuck, unmarked } = claims;
  return {
    from: new Date(range.from).toISOString(),
    to: new Date(range.to).toISOString(),
    orders: {
      received: confirmed + unconfirmed.length + inProgress + stuck.length,
      confirmed,
      unmarked: unmarked.size,
      dead_lettered: unconfirmed.length,
      in_progress: inProgress,
      stuck: stuck.length,
    },
    queued,
    ...(Object.fromEntries(stored) as Record<StoreName, StoredCounts | null>),
    gaps,
    dead_letters: deadLettersOfRange.map(({ queue, id, order_id, reason }) => ({
      queue,
      id,
      order_id,
      reason: reason.code,
    })),
    reconciled:
      gaps.length === 0 && stored.every(([, counts]) => !counts?.dead_lettered) && !isDeadLetteredElsewhere,
  };
}

async function countQueued({ clients, queues }: Pipeline): Promise<Reconciliation['queued']> {
  const counts = queues.map(
    async ({ name, url }) => [name, messagesIn(await createQueue(clients.sqs, url).depth())] as const,
  );
  return Object.fromEntries(await Promise.all(counts));
}

const inQueue = (deadLetters: readonly DeadLetter[], queue: QueueName): DeadLetter[] =>
  deadLetters.filter((deadLetter) => deadLetter.queue === queue);

const idsOf = (deadLetters: readonly DeadLetter[]) => new Set(deadLetters.map(({ order_id }) => order_id));

const isIn = ({ from, to }: TimeRange, time: string): boolean =>
  Date.parse(time) >= from && Date.parse(time) < to;
