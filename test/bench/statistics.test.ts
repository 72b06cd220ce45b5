import { describe, expect, it } from 'vitest';
import { median, spread } from '../../bench/statistics.ts';

describe('median', () => {
  it('is the middle value, or the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 100])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('is refused where there is no value', () => {
    expect(() => median([])).toThrow('median: must be of one value at least, received none');
  });
});

describe('spread', () => {
  it('is the greatest distance from the median, as a share of it', () => {
    expect(spread([80, 100, 110])).toBeCloseTo(0.2);
    expect(spread([100, 100, 150])).toBeCloseTo(0.5);
    expect(spread([100])).toBe(0);
  });
});
