import { percentile } from '../../harness/statistics.ts';
import type { Sample } from './sample.ts';

/** Minimum duration for a growth check: half of a run is warm-up. */
export const MIN_MINUTES = 5;

/**
 * Allowed retained heap per order, in bytes. The ledger record takes about 1.1 kB in memory, or is on disk with a data
 * directory. In both cases the mailbox keeps the ids of confirmed orders, 64 characters each.
 */
const RETAINED_PER_ORDER = { memory: 2_000, data: 400 } as const;
/** Allowed retained heap regardless of load, in bytes: for connections and execution environments. */
const RETAINED_FIXED = 20 * 2 ** 20;

/** Allowed growth per minute. V8 collects garbage when it sees fit, which moves resident memory by tens of MiB. */
const ALLOWED = { rssMiB: 4, handles: 2, threads: 0.5 } as const;
/** The heap grows by up to twice the size of retained objects. */
const HEAP_SLACK = 2;
const MIB = 2 ** 20;

/** Judges whether memory, handles or threads grew. Returns an empty list for a run shorter than `MIN_MINUTES`. */
export function judgeSoak(samples: readonly Sample[], keptPerOrder: number | null, data: boolean): Growth[] {
  const last = samples.at(-1);
  if (!last || keptPerOrder === null || last.minute < MIN_MINUTES) return [];
  const allowedPerOrder = RETAINED_PER_ORDER[data ? 'data' : 'memory'] + RETAINED_FIXED / last.confirmed;
  const ordersPerMinute = last.confirmed / last.minute;
  const pointsOf = (read: (sample: Sample) => number) =>
    samples.map((sample) => [sample.minute, read(sample)] as const);
  const retained = (HEAP_SLACK * RETAINED_PER_ORDER[data ? 'data' : 'memory'] * ordersPerMinute) / MIB;
  return [
    judgeGrowth(
      'resident memory, MiB',
      pointsOf(({ rss }) => rss / MIB),
      ALLOWED.rssMiB + retained,
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
      name: 'heap retained, MiB',
      perMinute: (keptPerOrder * ordersPerMinute) / MIB,
      allowed: (allowedPerOrder * ordersPerMinute) / MIB,
      grew: keptPerOrder > allowedPerOrder,
    },
  ];
}

/** Growth of one quantity. */
export interface Growth {
  /** The quantity, and its unit. */
  name: string;
  /** Measured growth per minute. */
  perMinute: number;
  /** Allowed growth per minute. */
  allowed: number;
  grew: boolean;
}

/** Share of a run that is warm-up: code is compiled, pools fill, heaps reach their size. */
const WARM_UP = 0.5;
/** Share of outliers on each side of the trend that the fluctuation excludes. */
const OUTLIERS = 0.05;

/**
 * Judges whether a quantity grew, by its slope after the warm-up.
 *
 * A fluctuating quantity, such as memory between two garbage collections, has a slope in any short period. So its growth must
 * also exceed half of the fluctuation. A longer run detects slower growth.
 *
 * @param points Minutes since the start of the load, and the measured values.
 * @param allowed Allowed growth per minute.
 */
export function judgeGrowth(name: string, points: readonly Point[], allowed: number): Growth {
  const end = points.at(-1)?.[0] ?? 0;
  const judged = points.filter(([minute]) => minute >= end * WARM_UP);
  const perMinute = slope(judged);
  const deviations = judged.map(([minute, value]) => value - perMinute * minute);
  const fluctuation = (percentile(deviations, 1 - OUTLIERS) ?? 0) - (percentile(deviations, OUTLIERS) ?? 0);
  const grown = perMinute * end * (1 - WARM_UP);
  return { name, perMinute, allowed, grew: perMinute > allowed && grown > fluctuation / 2 };
}

/** A measurement and its time. */
export type Point = readonly [x: number, y: number];

/**
 * Estimates the slope of a line with the Theil–Sen estimator: the median of the slopes between all pairs of points. Tolerates up
 * to 29 % of outliers.
 *
 * @returns y per x; 0 for fewer than two points.
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
