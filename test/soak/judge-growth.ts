import { type Point, slope } from './slope.ts';

/** Whether something has grown. */
export interface Growth {
  /** What was measured, and its unit. */
  name: string;
  /** By how much it grew in a minute. */
  perMinute: number;
  /** By how much it may. */
  allowed: number;
  grew: boolean;
}

/** How much of a run is warm-up: code is compiled, pools are filled, heaps find their size. */
const WARM_UP = 0.5;

/**
 * Decides whether something grew, by the slope of what was measured after the warm-up.
 *
 * @param points minutes since the load began, and what was measured
 * @param allowed growth a minute
 */
export function judgeGrowth(name: string, points: readonly Point[], allowed: number): Growth {
  const end = points.at(-1)?.[0] ?? 0;
  const perMinute = slope(points.filter(([minute]) => minute >= end * WARM_UP));
  return { name, perMinute, allowed, grew: perMinute > allowed };
}
