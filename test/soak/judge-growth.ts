import { percentile } from '../../bench/percentile.ts';
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
/** Of what lies apart from the trend, the outermost twentieth on either side is left out of the sway. */
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
