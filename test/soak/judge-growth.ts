import { percentile } from '../../harness/statistics.ts';
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

/** Whether something has grown. */
export interface Growth {
  /** The quantity, and its unit. */
  name: string;
  /** By how much it grew in a minute. */
  perMinute: number;
  /** By how much it may. */
  allowed: number;
  grew: boolean;
}

/** How much of a run is warm-up: code is compiled, pools are filled, heaps find their size. */
const WARM_UP = 0.5;
/** The outermost twentieth on either side of the trend is not part of the sway. */
const OUTERMOST = 0.05;

/**
 * Decides whether something grew, by the slope of what was measured after the warm-up.
 *
 * What sways, as memory does between two collections of garbage, has a slope in any piece of time, and that says nothing: so
 * it has to come to more than half the sway as well. The longer the run, the less growth that is.
 *
 * @param points minutes since the load began, and what was measured
 * @param allowed growth a minute
 */
export function judgeGrowth(name: string, points: readonly Point[], allowed: number): Growth {
  const end = points.at(-1)?.[0] ?? 0;
  const judged = points.filter(([minute]) => minute >= end * WARM_UP);
  const perMinute = slope(judged);
  const apart = judged.map(([minute, value]) => value - perMinute * minute);
  const sway = (percentile(apart, 1 - OUTERMOST) ?? 0) - (percentile(apart, OUTERMOST) ?? 0);
  const grown = perMinute * end * (1 - WARM_UP);
  return { name, perMinute, allowed, grew: perMinute > allowed && grown > sway / 2 };
}

/** A measurement: when, and how much. */
export type Point = readonly [x: number, y: number];

/**
 * The slope of a line through points by Theil and Sen: the median of the slopes between any two of them. Nearly a third of the
 * points may be anything before it says anything else.
 *
 * @returns y per x; 0 for fewer than two points
 */
export function slope(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, [x1, y1]] of points.entries()) {
    for (const [x2, y2] of points.slice(index + 1)) if (x2 !== x1) slopes.push((y2 - y1) / (x2 - x1));
  }
  slopes.sort((one, other) => one - other);
  const middle = slopes.length / 2;
  return ((slopes[Math.ceil(middle) - 1] ?? 0) + (slopes[Math.floor(middle)] ?? 0)) / 2;
}
