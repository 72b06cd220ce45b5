import { DAY_SECONDS, RUSH_GROWS_SECONDS, STEP_SECONDS } from './black-friday.ts';
import type { Step } from './simulate.ts';

/** The result of a simulation. */
export interface Outcome {
  /** Maximum number of orders in the queue. */
  peakBacklog: number;
  /** Longest wait of an order, to the precision of a step. */
  longestWaitSeconds: number;
  /** Share of orders that waited longer than {@link LATE_SECONDS}. */
  lateShare: number;
  /** Seconds from the height of the rush until the queue is empty; undefined if it never is. */
  drainedAfterRushSeconds: number | undefined;
  /** Seconds from the end of the day until the queue is empty; undefined if it never is. */
  drainedAfterDaySeconds: number | undefined;
  peakInstances: number;
  /** Total hours of all instances, including warm-up. */
  instanceHours: number;
  /** Total hours in which instances had work. */
  busyHours: number;
  /** Number of changes of the number of instances. */
  changes: number;
  /** Number of changes from growing to shrinking and vice versa. */
  turns: number;
}

export const LATE_SECONDS = 60;

const HOUR_SECONDS = 3_600;

/** Computes the result of a simulation. */
export function measureOutcome(steps: readonly Step[]): Outcome {
  const { longestWaitSeconds, late } = measureWaits(steps);
  const differences = steps
    .map(({ present }, index) => present - (steps[index - 1]?.present ?? present))
    .filter((difference) => difference !== 0);
  const total = (value: (step: Step) => number) => steps.reduce((sum, step) => sum + value(step), 0);
  return {
    peakBacklog: Math.max(...steps.map(({ backlog }) => backlog)),
    longestWaitSeconds,
    lateShare: late / total(({ arrived }) => arrived),
    drainedAfterRushSeconds: drainedAfter(steps, RUSH_GROWS_SECONDS),
    drainedAfterDaySeconds: drainedAfter(steps, DAY_SECONDS - STEP_SECONDS),
    peakInstances: Math.max(...steps.map(({ present }) => present)),
    instanceHours: (total(({ present }) => present) * STEP_SECONDS) / HOUR_SECONDS,
    busyHours: (total(({ busy }) => busy) * STEP_SECONDS) / HOUR_SECONDS,
    changes: differences.length,
    turns: differences.filter((difference, index) => difference * (differences[index - 1] ?? difference) < 0)
      .length,
  };
}

/** Returns the seconds from the end of the step that starts at `second` to the end of the first step with an empty queue. */
function drainedAfter(steps: readonly Step[], second: number): number | undefined {
  const empty = steps.find((step) => step.second >= second && step.backlog === 0);
  return empty && empty.second - second;
}

/** Orders are processed oldest first, so the orders of a step wait for those of earlier steps. */
function measureWaits(steps: readonly Step[]): { longestWaitSeconds: number; late: number } {
  let longestWaitSeconds = 0;
  let late = 0;
  /** Step in which the oldest orders in the queue arrived, and the number of them that are left. */
  let oldest = 0;
  let left = steps[0]?.arrived ?? 0;
  const end = steps.at(-1) ?? { second: 0, backlog: 0 };
  // Orders that are never processed wait until the end.
  for (const { second, processed } of [...steps, { second: end.second, processed: end.backlog }]) {
    let remaining = processed;
    while (remaining > 0) {
      while (left === 0) left = steps[++oldest]?.arrived ?? 0;
      const count = Math.min(left, remaining);
      const wait = second - (steps[oldest]?.second ?? second);
      longestWaitSeconds = Math.max(longestWaitSeconds, wait);
      if (wait > LATE_SECONDS) late += count;
      remaining -= count;
      left -= count;
    }
  }
  return { longestWaitSeconds, late };
}
