import { setTimeout as sleep } from 'node:timers/promises';
import { allEnded } from '../../lib/batch/all-ended.ts';
import { type Entry, generateLoad, type Item } from './generate-load.ts';
import type { OrderJournal } from './order-journal.ts';
import type { Senders } from './senders.ts';

export interface LoadOptions {
  /** New orders a second. */
  rate: number;
  seed: number;
  /** Ms for which orders are sent. */
  duration: number;
  senders: Senders;
  journal: Pick<OrderJournal, 'sent'>;
  /** Ends it before its time. */
  signal: AbortSignal;
}

/** What a load was made of. */
export type LoadCounts = Record<Item['kind'], number>;

/** Ms between two portions, and between two order files. */
const PORTION_MS = 250;
const FILE_MS = 5_000;

/**
 * Sends a steady load. A portion that is late does not push back those behind it: what a slow pipeline is to be sent is sent
 * all the same.
 *
 * @throws Error where a way in takes nothing
 */
export async function sendLoad(options: LoadOptions): Promise<LoadCounts> {
  const { rate, seed, duration, senders, journal, signal } = options;
  const counts: LoadCounts = { order: 0, duplicate: 0, invalid: 0 };
  const load = generateLoad(seed);
  const waiting: Record<Entry, Item[]> = { queue: [], http: [], file: [] };
  const sending = new Set<Promise<void>>();
  let failure: unknown;

  function send(entry: Entry): void {
    const items = waiting[entry];
    if (items.length === 0) return;
    waiting[entry] = [];
    for (const { kind, orderId } of items) if (kind === 'order' && orderId) journal.sent(orderId);
    const done: Promise<void> = senders[entry](items)
      .catch((error) => {
        failure ??= error;
      })
      .finally(() => sending.delete(done));
    sending.add(done);
  }

  /** Takes what is due after so many ms. */
  function take(elapsed: number): void {
    while (counts.order < Math.floor((elapsed / 1_000) * rate)) {
      const { value } = load.next() as { value: Item };
      counts[value.kind]++;
      waiting[value.entry].push(value);
    }
  }

  const start = Date.now();
  let fileAt = start;
  for (let elapsed = 0; elapsed < duration && !signal.aborted && !failure; elapsed = Date.now() - start) {
    take(elapsed);
    send('queue');
    send('http');
    if (Date.now() - fileAt >= FILE_MS) {
      fileAt = Date.now();
      send('file');
    }
    await sleep(PORTION_MS, undefined, { signal }).catch(() => undefined);
  }
  if (!signal.aborted) take(duration);
  for (const entry of Object.keys(waiting) as Entry[]) send(entry);
  await allEnded(sending);
  if (failure) throw failure;
  return counts;
}
