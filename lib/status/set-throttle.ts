import { createEventSourceMappings } from '../aws/event-source-mappings.ts';
import { InvalidInputError } from '../invalid-input-error.ts';
import { received } from '../order/received.ts';
import { readMappings, type ThrottledPipeline } from './read-mappings.ts';
import { THROTTLE } from './throttle-limits.ts';

/** One of the two, or both. */
export interface ThrottleChange {
  /** Invocations at once. */
  maximumConcurrency?: number;
  /** Whether its queue is polled at all. */
  enabled?: boolean;
}

/**
 * Sets how many invocations of a function its queue may have at once, or pauses and resumes it. Batches in hand end as they
 * would have. It lasts until the next deployment, or the next start of the embedded cloud, which set what serverless.yml says.
 *
 * @param functionName as in serverless.yml
 * @throws InvalidInputError for a function that no queue invokes, or a throttle that Lambda would not take
 * @throws ServiceError
 */
export async function setThrottle(
  pipeline: ThrottledPipeline,
  functionName: string,
  { maximumConcurrency, enabled }: ThrottleChange,
): Promise<void> {
  refuseUnknown(pipeline, functionName);
  if (maximumConcurrency === undefined && enabled === undefined)
    throw new InvalidInputError('throttle: must name maximumConcurrency or enabled, received neither');
  if (maximumConcurrency !== undefined && !isThrottle(maximumConcurrency)) {
    throw new InvalidInputError(
      `maximumConcurrency: must be a whole number from ${THROTTLE.least} to ${THROTTLE.most.toLocaleString('en')}, received ${received(maximumConcurrency)}`,
    );
  }
  if (enabled !== undefined && typeof enabled !== 'boolean')
    throw new InvalidInputError(`enabled: must be true or false, received ${received(enabled)}`);
  const mapping = (await readMappings(pipeline)).get(functionName);
  if (!mapping)
    throw new InvalidInputError(`function: must have an event source mapping, ${functionName} has none`);
  const mappings = createEventSourceMappings(pipeline.clients.lambda);
  await mappings.update(mapping.id, { maximumConcurrency, enabled });
}

const isThrottle = (value: number): boolean =>
  Number.isInteger(value) && value >= THROTTLE.least && value <= THROTTLE.most;

/** @throws InvalidInputError for a function that no queue invokes */
export function refuseUnknown(
  { stage, queues }: Pick<ThrottledPipeline, 'stage' | 'queues'>,
  functionName: string,
): void {
  const names = queues.map(({ consumer }) => consumer);
  if (names.includes(functionName)) return;
  throw new InvalidInputError(
    `function: must be one that a queue invokes in stage ${stage} (${names.join(', ')}), received ${received(functionName)}`,
  );
}
