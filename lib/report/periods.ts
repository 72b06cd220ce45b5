/** How time series are cut, aligned to UTC. */
export type Period = 'hour' | 'day';

/** Of each: length in ms, and how many a moving average looks back on, itself included. */
export const PERIODS = {
  hour: { lengthMs: 3_600_000, averaged: 24 },
  day: { lengthMs: 86_400_000, averaged: 7 },
} as const satisfies Record<Period, { lengthMs: number; averaged: number }>;

/**
 * The periods that a range touches: the first and the last may lie in it only in part.
 *
 * @param from epoch milliseconds, inclusive
 * @param to epoch milliseconds, exclusive, after `from`
 * @returns the first one's start in epoch milliseconds, and how many there are
 */
export function periodsIn(period: Period, from: number, to: number): { first: number; count: number } {
  const { lengthMs } = PERIODS[period];
  const first = Math.floor(from / lengthMs);
  return { first: first * lengthMs, count: Math.ceil(to / lengthMs) - first };
}
