import { DAY_SECONDS, STEP_SECONDS } from './black-friday.ts';

/** The consumers of the queue under one scaling policy. */
export interface Consumers {
  /**
   * Returns the capacity in a step. Called once per step, in order.
   *
   * @param second Second at which the step starts.
   * @param before The previous step; undefined for the first.
   */
  scale(second: number, before: Step | undefined): Capacity;
}

export interface Capacity {
  /** Instances, or concurrent invocations, that can work in this step. */
  working: number;
  /** Instances including those that are still warming up. */
  present: number;
}

/** One step of a simulation. */
export interface Step extends Capacity {
  /** Second at which the step starts. */
  second: number;
  arrived: number;
  processed: number;
  /** Number of working instances that were needed for the processed orders. */
  busy: number;
  /** Orders in the queue at the end of the step. */
  backlog: number;
}

/** A simulation ends after a week, even if the queue is not empty. */
const MOST_STEPS = (7 * DAY_SECONDS) / STEP_SECONDS;

/**
 * Simulates consumers until all orders have arrived and the queue is empty, for a week at most.
 *
 * @param arrivals Orders that arrive in each step.
 * @param ratePerWorker Orders a second that one instance, or one concurrent invocation, processes.
 */
export function simulate(arrivals: readonly number[], ratePerWorker: number, consumers: Consumers): Step[] {
  const steps: Step[] = [];
  const ordersPerWorker = ratePerWorker * STEP_SECONDS;
  let backlog = 0;
  for (let index = 0; index < arrivals.length || (backlog > 0 && index < MOST_STEPS); index++) {
    const second = index * STEP_SECONDS;
    const arrived = arrivals[index] ?? 0;
    const { working, present } = consumers.scale(second, steps.at(-1));
    const processed = Math.min(backlog + arrived, working * ordersPerWorker);
    backlog += arrived - processed;
    steps.push({ second, arrived, processed, busy: processed / ordersPerWorker, backlog, working, present });
  }
  return steps;
}
