import { beforeEach, expect, test, vi } from 'vitest';
import { createSchedule } from '../../local/lambda/schedule.ts';

beforeEach(({ onTestFinished }) => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
});

const MINUTE = 60_000;

test.for([
  ['rate(1 minute)', MINUTE],
  ['rate(5 minutes)', 5 * MINUTE],
  ['rate(1 hour)', 60 * MINUTE],
  ['rate(24 days)', 24 * 24 * 60 * MINUTE],
] as const)('%s runs its task once in each period, first after one period', ([expression, period]) => {
  const task = vi.fn<() => void>();
  createSchedule(expression, task).start();
  vi.advanceTimersByTime(period - 1);
  expect(task).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(task).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2 * period);
  expect(task).toHaveBeenCalledTimes(3);
});

test('a schedule runs nothing before its start or after its stop, and leaves no timer', () => {
  const task = vi.fn<() => void>();
  const schedule = createSchedule('rate(1 minute)', task);
  vi.advanceTimersByTime(10 * MINUTE);
  schedule.start();
  schedule.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(10 * MINUTE);
  expect(task).not.toHaveBeenCalled();
});

test.for([
  'cron(0 10 * * ? *)',
  'rate(0 minutes)',
  'rate(25 days)',
  'rate(5 seconds)',
  'rate(1.5 hours)',
  'every hour',
  '',
])('createSchedule refuses "%s" with the accepted values and the value received', (expression) => {
  expect(() => createSchedule(expression, () => undefined)).toThrow(
    `schedule: the embedded cloud accepts rate(N minutes|hours|days) up to 24 days, received ${expression}`,
  );
  expect(vi.getTimerCount()).toBe(0);
});
