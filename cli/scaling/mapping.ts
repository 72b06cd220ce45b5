import { STEP_SECONDS } from './black-friday.ts';
import { FIRST_INVOCATIONS, scaleMapping } from './policies/event-source-mapping.ts';
import type { Consumers } from './simulate.ts';

/**
 * Lambda's event source mapping, which sees the queue itself, not CloudWatch.
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
