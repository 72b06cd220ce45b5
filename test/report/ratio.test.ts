import { expect, test } from 'vitest';
import { ratio } from '../../lib/report/ratio.ts';

test.each([
  [1n, 3n, 4, 0.3333],
  [2n, 3n, 4, 0.6667],
  [1n, 20_000n, 4, 0.0001],
  [-1n, 20_000n, 4, -0.0001],
  [-1n, 20_001n, 4, 0],
  [1_005n, 1_000n, 2, 1.01],
  [-3n, 1n, 4, -3],
  // Doubles of these two would be the same number.
  [90_071_992_547_409_930_001n, 90_071_992_547_409_920_001n, 2, 1],
])(
  '%d / %d is rounded to %d decimals, half away from zero: %d',
  (numerator, denominator, decimals, result) => {
    expect(ratio(numerator, denominator, decimals)).toBe(result);
  },
);

test('a fraction of nothing is null', () => {
  expect(ratio(0n, 0n, 2)).toBeNull();
  expect(ratio(5n, 0n, 2)).toBeNull();
});
