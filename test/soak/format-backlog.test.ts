import { expect, it } from 'vitest';
import { drainRates } from './format-backlog.ts';

it('drainRates covers whole intervals while orders are being confirmed', () => {
  const confirmed = [0, 0, 100, 200, 300, 400, 600, 800, 900, 1_000, 1_000];
  const progress = confirmed.map((orders, index) => ({ second: index * 5, confirmed: orders }));
  // 100 → 300 → 600 → 900 in 10 s each.
  expect(drainRates(progress, 1_000, 10)).toEqual({ min: 20, median: 30, max: 30, first: 20, last: 20 });
});

it('drainRates returns 0 without samples', () => {
  expect(drainRates([], 1_000, 10)).toEqual({ min: 0, median: 0, max: 0, first: 0, last: 0 });
});
