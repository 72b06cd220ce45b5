import { expect, it } from 'vitest';
import { drainRates } from './format-backlog.ts';

it('rates are those of whole intervals, while orders are being confirmed', () => {
  const confirmed = [0, 0, 100, 200, 300, 400, 600, 800, 900, 1_000, 1_000];
  const progress = confirmed.map((orders, index) => ({ second: index * 5, confirmed: orders }));
  // 100 → 300 → 600 → 900 in 10 s each.
  expect(drainRates(progress, 1_000, 10)).toEqual({ least: 20, median: 30, most: 30, first: 20, last: 20 });
});

it('rates of nothing are 0', () => {
  expect(drainRates([], 1_000, 10)).toEqual({ least: 0, median: 0, most: 0, first: 0, last: 0 });
});
