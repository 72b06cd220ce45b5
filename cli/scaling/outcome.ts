import { DAY_SECONDS, RUSH_GROWS_SECONDS, STEP_SECONDS } from './black-friday.ts';
import type { Step } from './simulate.ts';

/** What became of a day, in figures. */
export interface Outcome {
  /** Most orders in the queue. */
  peakBacklog: number;
  /** Seconds that the order which waited longest did so, to the length of a step. */
  longestWaitSeconds: number;
  /** Part of the orders that waited longer than {@link LATE_SECONDS}. */
  lateShare: number;
  /** Seconds from the height of the rush until the queue is empty; undefined where it never is. */
  drainedAfterRushSeconds: number | undefined;
  /** Seconds from the end of the day until the queue is empty; undefined where it never is. */
  drainedAfterDaySeconds: number | undefined;
  peakInstances: number;
  /** Hours of all instances together, warming up or at work. */
  instanceHours: number;
  /** Hours of all instances together in which there was work for them. */
  busyHours: number;
  /** How often the number of instances changed. */
  changes: number;
  /** How often it began to fall after it had grown, or to grow after it had fallen. */
  turns: number;
}

export const LATE_SECONDS = 60;

const HOUR_SECONDS = 3_600;

/** Sums up a simulation. */
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

/** Seconds from the end of the step that begins at `second` until the end of the first one that leaves no order. */
function drainedAfter(steps: readonly Step[], second: number): number | undefined {
  const empty = steps.find((step) => step.second >= second && step.backlog === 0);
  return empty && empty.second - second;
}

/** The oldest order is taken first, so each step's orders wait for those of the steps before. */
function measureWaits(steps: readonly Step[]): { longestWaitSeconds: number; late: number } {
  let longestWaitSeconds = 0;
  let late = 0;
  /** Of which step the oldest orders in the queue are, and how many of them are left. */
  let oldest = 0;
  let left = steps[0]?.arrived ?? 0;
  const end = steps.at(-1) ?? { second: 0, backlog: 0 };
  // Orders that are never processed have waited until the end.
  for (const { second, processed } of [...steps, { second: end.second, processed: end.backlog }]) {
    let toTake = processed;
    while (toTake > 0) {
      while (left === 0) left = steps[++oldest]?.arrived ?? 0;
      const taken = Math.min(left, toTake);
      const wait = second - (steps[oldest]?.second ?? second);
      longestWaitSeconds = Math.max(longestWaitSeconds, wait);
      if (wait > LATE_SECONDS) late += taken;
      toTake -= taken;
      left -= taken;
    }
  }
  return { longestWaitSeconds, late };
}
