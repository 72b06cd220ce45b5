import { expect, test } from 'vitest';
import { DAY_SECONDS, STEP_SECONDS } from '../../../cli/scaling/black-friday.ts';
import { measureOutcome } from '../../../cli/scaling/outcome.ts';
import { type Consumers, type Step, simulate } from '../../../cli/scaling/simulate.ts';

const DAY_STEPS = DAY_SECONDS / STEP_SECONDS;

/** Creates consumers with the given number of instances in each step. The last number applies to all further steps. */
function scripted(...counts: number[]): Consumers {
  return {
    scale: (second) => {
      const count = counts[Math.min(second / STEP_SECONDS, counts.length - 1)] ?? 0;
      return { working: count, present: count };
    },
  };
}

/** Simulates a day whose orders arrive in the given steps. */
function day(arrivals: Record<number, number>, consumers: Consumers): Step[] {
  const steps = Array.from({ length: DAY_STEPS }, (_, index) => arrivals[index] ?? 0);
  return simulate(steps, 1, consumers);
}

test('the longest wait is that of the last order that arrived in the same step, and orders are processed oldest first', () => {
  // 10 a step: the last ten of 100 orders at 00:00 are processed in the tenth step, those of 00:01 after them.
  const outcome = measureOutcome(day({ 0: 100, 6: 20 }, scripted(1)));
  expect(outcome.longestWaitSeconds).toBe(90);
  // The orders of the eighth, ninth and tenth step: 70, 80 and 90 s.
  expect(outcome.lateShare).toBe(30 / 120);
  expect(outcome.peakBacklog).toBe(90);
});

test('drain times are measured from the height of the rush and from the end of the day', () => {
  const outcome = measureOutcome(day({ 30: 100, [DAY_STEPS - 1]: 50 }, scripted(1)));
  expect(outcome.drainedAfterRushSeconds).toBe(90);
  expect(outcome.drainedAfterDaySeconds).toBe(40);
});

test('a queue that is never empty has no drain times, and its orders wait until the end', () => {
  const outcome = measureOutcome(day({ 0: 10 }, scripted(0)));
  expect(outcome.drainedAfterRushSeconds).toBeUndefined();
  expect(outcome.drainedAfterDaySeconds).toBeUndefined();
  expect(outcome.longestWaitSeconds).toBe(7 * DAY_SECONDS - STEP_SECONDS);
  expect(outcome.lateShare).toBe(1);
});

test('instance hours count all instances, busy hours only those with work', () => {
  const outcome = measureOutcome(day({ 0: 3_600 }, scripted(3)));
  expect(outcome.instanceHours).toBe(3 * 24);
  expect(outcome.busyHours).toBeCloseTo(1, 9);
});

test('changes count every change of size, turns only changes of direction', () => {
  const outcome = measureOutcome(day({ 0: 1 }, scripted(2, 4, 8, 8, 6, 5, 5, 9)));
  expect(outcome.peakInstances).toBe(9);
  expect(outcome.changes).toBe(5);
  expect(outcome.turns).toBe(2);
});
