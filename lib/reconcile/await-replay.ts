import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/database.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { StartProgress } from './progress.ts';
import type { Replay, ReplayQueue } from './replay.ts';
import { createStoredOrders } from './stored-orders.ts';

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
