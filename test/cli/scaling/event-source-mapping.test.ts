import { expect, test } from 'vitest';
import { scaleMapping } from '../../../cli/scaling/event-source-mapping.ts';

const STEP = { concurrency: 5, used: 5, left: true, seconds: 10 };

test('a mapping adds 300 concurrent invocations a minute while the queue has messages', () => {
  expect(scaleMapping(STEP, 1_000)).toBe(55);
  expect(scaleMapping({ ...STEP, concurrency: 55 }, 1_000)).toBe(105);
  expect(scaleMapping({ ...STEP, seconds: 60 }, 1_000)).toBe(305);
});

test('a mapping does not exceed its maximum concurrency, even if that is below the initial five', () => {
  expect(scaleMapping(STEP, 10)).toBe(10);
  expect(scaleMapping({ ...STEP, concurrency: 10 }, 10)).toBe(10);
  expect(scaleMapping(STEP, 2)).toBe(2);
  expect(scaleMapping({ ...STEP, left: false }, 2)).toBe(2);
});

test('a mapping of an empty queue scales in to the concurrency in use, but not below five', () => {
  expect(scaleMapping({ ...STEP, concurrency: 10, used: 7.2, left: false }, 10)).toBe(8);
  expect(scaleMapping({ ...STEP, concurrency: 10, used: 0, left: false }, 10)).toBe(5);
});
