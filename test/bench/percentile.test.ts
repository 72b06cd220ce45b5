import { expect, it } from 'vitest';
import { percentile } from '../../bench/percentile.ts';

it('a percentile is the value that so many do not exceed', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect([0.005, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 100, 198, 200]);
});

it('a percentile of one value is that value, and of none nothing', () => {
  expect(percentile([3], 0.5)).toBe(3);
  expect(percentile([], 0.5)).toBeNull();
});
