import { describe, expect, it } from 'vitest';
import { median, percentile, ratioSpread, spread } from '../../harness/statistics.ts';

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 100])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('throws if there are no values', () => {
    expect(() => median([])).toThrow('median: needs at least one value, received none');
  });
});

describe('spread', () => {
  it('is the greatest distance from the median, as a share of it', () => {
    expect(spread([80, 100, 110])).toBeCloseTo(0.2);
    expect(spread([100, 100, 150])).toBeCloseTo(0.5);
    expect(spread([100])).toBe(0);
  });
});

describe('ratioSpread', () => {
  it('is the greatest distance of a round from the ratio of the medians, as a share of it', () => {
    expect(ratioSpread([200, 300, 400], [100, 100, 100])).toBeCloseTo(1 / 3);
  });

  it('is 0 for a machine that slows both values of a round down', () => {
    expect(ratioSpread([200, 20, 400], [100, 10, 200])).toBe(0);
  });

  it('is not known of fewer than two rounds', () => {
    expect(ratioSpread([200], [100])).toBeUndefined();
    expect(ratioSpread([200, 300], [100])).toBeUndefined();
  });
});

it('a percentile is the smallest value that this share of the values does not exceed', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect([0.005, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 100, 198, 200]);
});

it('a percentile of one value is that value, and of no values null', () => {
  expect(percentile([3], 0.5)).toBe(3);
  expect(percentile([], 0.5)).toBeNull();
});
