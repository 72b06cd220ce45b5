import { STEP_SECONDS } from './black-friday.ts';
import type { Consumers } from './simulate.ts';

/** Batches at once that a mapping begins with, and goes back to when there is little to do. */
const FIRST_INVOCATIONS = 5;
/** Concurrent invocations that it adds in a minute, at most. */
const MORE_PER_MINUTE = 300;

/**
 * Creates Lambda's event source mapping, which sees the queue itself, not CloudWatch.
 *
 * @param maximumConcurrency of the mapping: the stage parameter `consumerConcurrency`
 */
export function createMapping(maximumConcurrency: number): Consumers {
  return {
    scale(_second, before) {
      const concurrency = scaleMapping(
        {
          concurrency: before?.working ?? FIRST_INVOCATIONS,
          used: before?.busy ?? 0,
          left: (before?.backlog ?? 0) > 0,
          seconds: STEP_SECONDS,
        },
        maximumConcurrency,
      );
      return { working: concurrency, present: concurrency };
    },
  };
}

/** A mapping's state after the previous step. */
export interface MappingStep {
  /** Invocations at once that it allowed itself. */
  concurrency: number;
  /** Those that had work. */
  used: number;
  /** Whether messages were left in the queue. */
  left: boolean;
  seconds: number;
}

/**
 * Returns the concurrency that Lambda's own scaling goes for: more while messages are left, up to `maximumConcurrency`;
 * otherwise back to what is used. AWS documents no pace for scaling back.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export function scaleMapping(
  { concurrency, used, left, seconds }: MappingStep,
  maximumConcurrency: number,
): number {
  const wanted = left ? concurrency + Math.floor((MORE_PER_MINUTE * seconds) / 60) : Math.ceil(used);
  return Math.min(maximumConcurrency, Math.max(FIRST_INVOCATIONS, wanted));
}
