import { expect, it } from 'vitest';
import { checkTimes } from '../../bench/end-to-end/check-times.ts';

const TIMES = { sent: 1_000, produceMs: 2_000, confirmMs: 8_000, totalMs: 10_000 };

it('accepts an end-to-end run whose stages end one after the other, within the measured time', () => {
  expect(() => checkTimes(1_000, TIMES, 10_500)).not.toThrow();
});

it.each([
  ['confirmed before they were produced', { ...TIMES, confirmMs: 1_000 }, 10_500],
  ['stored before they were confirmed', { ...TIMES, totalMs: 7_000 }, 10_500],
  ['stored after the run ended', TIMES, 9_000],
  ['stored long before the run ended', TIMES, 20_000],
  ['produced in no time', { ...TIMES, produceMs: 0 }, 10_500],
])('refuses an end-to-end run whose orders were %s', (_what, times, elapsedMs) => {
  expect(() => checkTimes(1_000, times, elapsedMs)).toThrow('end-to-end: the times contradict each other');
});

it('refuses an end-to-end run that did not send the number of orders that its rate is computed from', () => {
  expect(() => checkTimes(1_000, { ...TIMES, sent: 900 }, 10_500)).toThrow(
    'end-to-end: must send 1000 orders, sent 900',
  );
});
