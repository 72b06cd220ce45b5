import { DAY_SECONDS, STEP_SECONDS } from './black-friday.ts';

/** What takes orders from the queue, and scales by itself. */
export interface Consumers {
  /**
   * Called once a step, in order.
   *
   * @param second at which the step begins
   * @param before the step before it; none before the first
   */
  scale(second: number, before: Step | undefined): Capacity;
}

export interface Capacity {
  /** Instances, or invocations at once, that can work in this step. */
  working: number;
  /** Those that are there, whether they can work yet or not. */
  present: number;
}

/** One step of a simulation. */
export interface Step extends Capacity {
  /** At which it begins. */
  second: number;
  arrived: number;
  processed: number;
  /** How many of those that can work would have been enough for what was processed. */
  busy: number;
  /** Orders in the queue at its end. */
  backlog: number;
}

/** When a simulation gives up waiting for an empty queue. */
const MOST_STEPS = (7 * DAY_SECONDS) / STEP_SECONDS;

/**
 * Lets consumers work on what arrives, until the last order has arrived and none is left, for a week at most.
 *
 * @param arrivals orders in each step
 * @param ratePerWorker orders a second that one instance, or one invocation, gets done
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
