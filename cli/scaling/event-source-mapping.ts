import { STEP_SECONDS } from './black-friday.ts';
import type { Consumers } from './simulate.ts';

/** Concurrent invocations that a mapping starts with and scales back to. */
const FIRST_INVOCATIONS = 5;
/** Maximum number of concurrent invocations added in a minute. */
const MORE_PER_MINUTE = 300;

/**
 * Creates a model of Lambda's event source mapping, which polls the queue and needs no CloudWatch metric.
 *
 * @param maximumConcurrency Maximum concurrency of the mapping: the stage parameter `consumerConcurrency`.
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

/** The state of a mapping after the previous step. */
export interface MappingStep {
  /** Concurrency of the step. */
  concurrency: number;
  /** Concurrent invocations that had work. */
  used: number;
  /** Whether the queue still had messages. */
  left: boolean;
  seconds: number;
}

/**
 * Returns the next concurrency: it grows up to `maximumConcurrency` while the queue has messages, else it falls to the
 * concurrency in use. AWS documents no rate for scaling in.
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
