import { expect, test } from 'vitest';
import { scaleMapping } from '../../../cli/scaling/event-source-mapping.ts';

const STEP = { concurrency: 5, used: 5, left: true, seconds: 10 };

test('while messages are left, 50 more invocations in 10 seconds: 300 a minute', () => {
  expect(scaleMapping(STEP, 1_000)).toBe(55);
  expect(scaleMapping({ ...STEP, concurrency: 55 }, 1_000)).toBe(105);
  expect(scaleMapping({ ...STEP, seconds: 60 }, 1_000)).toBe(305);
});

test('it stops at the maximum concurrency, be that less than it would begin with', () => {
  expect(scaleMapping(STEP, 10)).toBe(10);
  expect(scaleMapping({ ...STEP, concurrency: 10 }, 10)).toBe(10);
  expect(scaleMapping(STEP, 2)).toBe(2);
  expect(scaleMapping({ ...STEP, left: false }, 2)).toBe(2);
});

test('when no message is left, it goes back to what had work, and to no fewer than five', () => {
  expect(scaleMapping({ ...STEP, concurrency: 10, used: 7.2, left: false }, 10)).toBe(8);
  expect(scaleMapping({ ...STEP, concurrency: 10, used: 0, left: false }, 10)).toBe(5);
});
