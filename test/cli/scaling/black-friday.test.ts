import { describe, expect, test } from 'vitest';
import {
  createBlackFriday,
  peakRange,
  RUSH_GROWS_SECONDS,
  STEP_SECONDS,
} from '../../../cli/scaling/black-friday.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const HOUR = 3_600 / STEP_SECONDS;

test('a day has all its orders, in whole orders, and none of its steps takes any back', () => {
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

test('most orders come when the rush after midnight is highest, and so many a second as was asked for', () => {
  const arrivals = createBlackFriday(50_000_000, 3_000);
  expect(arrivals[RUSH_GROWS_SECONDS / STEP_SECONDS]).toBe(3_000 * STEP_SECONDS);
  expect(Math.max(...arrivals)).toBe(3_000 * STEP_SECONDS);
});

test('after the rush there are two peaks, before noon and in the evening, and the night is the quietest', () => {
  const arrivals = createBlackFriday(50_000_000, 3_000);
  const at = (hour: number) => arrivals[hour * HOUR] ?? Number.NaN;
  expect(at(11)).toBeGreaterThan(at(9));
  expect(at(11)).toBeGreaterThan(at(15));
  expect(at(20)).toBeGreaterThan(at(11));
  expect(at(20)).toBeGreaterThan(at(22));
  expect(at(4)).toBe(Math.min(...arrivals));
});

describe('the range of the peak', () => {
  const orders = 50_000_000;
  const { least, most } = peakRange(orders);

  test('ends where the evening is as busy as the rush', () => {
    const highest = (peak: number) => Math.max(...createBlackFriday(orders, peak)) / STEP_SECONDS;
    expect(highest(least)).toBe(least);
    expect(highest(least - 1)).toBeGreaterThan(least - 1);
  });

  test('ends where the rush has all orders', () => {
    expect(Math.min(...createBlackFriday(orders, most))).toBeGreaterThanOrEqual(0);
    // 1 % more, and the day would have to take orders back.
    expect(Math.min(...createBlackFriday(orders, Math.ceil(most * 1.01)))).toBeLessThan(0);
  });
});
