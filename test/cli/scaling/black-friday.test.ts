import { describe, expect, test } from 'vitest';
import {
  createBlackFriday,
  peakRange,
  RUSH_GROWS_SECONDS,
  STEP_SECONDS,
} from '../../../cli/scaling/black-friday.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const HOUR = 3_600 / STEP_SECONDS;

test('the steps of a day add up to its orders, in whole and nonnegative numbers', () => {
  for (const [orders, peak] of [
    [50_000_000, 3_000],
    [100_000, 6],
    [999_999_999, 60_000],
  ] as const) {
    const arrivals = createBlackFriday(orders, peak);
    expect(arrivals).toHaveLength(24 * HOUR);
    expect(sum(arrivals)).toBe(orders);
    expect(arrivals.every((arrived) => Number.isInteger(arrived) && arrived >= 0)).toBe(true);
  }
});

test('the rate is highest at the height of the rush after midnight, and is the given peak', () => {
  const arrivals = createBlackFriday(50_000_000, 3_000);
  expect(arrivals[RUSH_GROWS_SECONDS / STEP_SECONDS]).toBe(3_000 * STEP_SECONDS);
  expect(Math.max(...arrivals)).toBe(3_000 * STEP_SECONDS);
});

test('after the rush, the rate peaks before noon and in the evening and is lowest at night', () => {
  const arrivals = createBlackFriday(50_000_000, 3_000);
  const at = (hour: number) => arrivals[hour * HOUR] ?? Number.NaN;
  expect(at(11)).toBeGreaterThan(at(9));
  expect(at(11)).toBeGreaterThan(at(15));
  expect(at(20)).toBeGreaterThan(at(11));
  expect(at(20)).toBeGreaterThan(at(22));
  expect(at(4)).toBe(Math.min(...arrivals));
});

describe('peakRange', () => {
  const orders = 50_000_000;
  const { least, most } = peakRange(orders);

  test('starts where the rush is as high as the evening peak', () => {
    const highest = (peak: number) => Math.max(...createBlackFriday(orders, peak)) / STEP_SECONDS;
    expect(highest(least)).toBe(least);
    expect(highest(least - 1)).toBeGreaterThan(least - 1);
  });

  test('ends where all orders arrive in the rush', () => {
    expect(Math.min(...createBlackFriday(orders, most))).toBeGreaterThanOrEqual(0);
    // With a peak 1 % higher, some steps would have a negative number of orders.
    expect(Math.min(...createBlackFriday(orders, Math.ceil(most * 1.01)))).toBeLessThan(0);
  });
});
