import { type Growth, judgeGrowth } from './judge-growth.ts';
import type { Sample } from './sample.ts';

/** Minutes that a run must have for its slopes to say anything: half of it is warm-up. */
const LEAST_MINUTES = 5;

/**
 * Bytes of heap that may stay behind for each order. In memory that is its record in the ledger, about 1.1 kB; with a data directory,
 * that is on disk. The mailbox knows which orders it has confirmed, by their ids of 64 characters, either way.
 */
const KEPT_PER_ORDER = { memory: 2_000, data: 400 } as const;
/** Bytes that stay behind once, whatever is sent: for connections, and for each environment of a function. */
const KEPT_ONCE = 20 * 2 ** 20;

/**
 * What else may grow in a minute. Garbage is collected when V8 thinks it worth while, which moves resident memory by tens of
 * MiB; and for what stays behind, the heap takes up to as much again.
 */
const ALLOWED = { rssMiB: 4, handles: 2, threads: 0.5 } as const;
const HEAP_SLACK = 2;
const MIB = 2 ** 20;

/** Whether memory, handles or threads grew over a soak; nothing of a run that was too short to tell. */
export function judgeSoak(samples: readonly Sample[], keptPerOrder: number | null, data: boolean): Growth[] {
  const last = samples.at(-1);
  if (!last || keptPerOrder === null || last.minute < LEAST_MINUTES) return [];
  const allowedPerOrder = KEPT_PER_ORDER[data ? 'data' : 'memory'] + KEPT_ONCE / last.confirmed;
  const ordersPerMinute = last.confirmed / last.minute;
  const pointsOf = (read: (sample: Sample) => number) =>
    samples.map((sample) => [sample.minute, read(sample)] as const);
  const kept = (HEAP_SLACK * KEPT_PER_ORDER[data ? 'data' : 'memory'] * ordersPerMinute) / MIB;
  return [
    judgeGrowth(
      'resident memory, MiB',
      pointsOf(({ rss }) => rss / MIB),
      ALLOWED.rssMiB + kept,
    ),
    judgeGrowth(
      'open handles',
      pointsOf(({ handles }) => handles),
      ALLOWED.handles,
    ),
    judgeGrowth(
      'threads',
      pointsOf(({ threads }) => threads),
      ALLOWED.threads,
    ),
    {
      name: 'heap kept, MiB',
      perMinute: (keptPerOrder * ordersPerMinute) / MIB,
      allowed: (allowedPerOrder * ordersPerMinute) / MIB,
      grew: keptPerOrder > allowedPerOrder,
    },
  ];
}
