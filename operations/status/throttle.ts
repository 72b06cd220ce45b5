import { InvalidInputError } from '../../lib/errors.ts';
import { received } from '../../lib/text.ts';
import { createEventSourceMappings } from '../aws/event-source-mappings.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type MappingStatus, queueNameOf } from './pipeline-status.ts';

/** Range that Lambda accepts for the maximum concurrency: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html */
export const THROTTLE = { min: 2, max: 1_000 } as const;

export type ThrottledPipeline = Pick<Pipeline, 'stage' | 'prefix' | 'queues'> & {
  clients: Pick<Pipeline['clients'], 'lambda'>;
};

/**
 * Reads the event source mappings of the pipeline's queues.
 *
 * @returns Mappings with their ids, by the function's name in serverless.yml.
 * @throws ServiceError
 */
export async function readMappings({
  prefix,
  queues,
  clients,
}: ThrottledPipeline): Promise<Map<string, MappingStatus & { id: string }>> {
  const mappings = createEventSourceMappings(clients.lambda);
  const found = await Promise.all(
    queues.map(async ({ name, url, consumer }) => {
      const all = await mappings.list(`${prefix}${consumer}`);
      const mapping = all.find(({ queueName }) => queueName === queueNameOf(url));
      if (!mapping) return [];
      const { id, enabled, maximumConcurrency, batchSize } = mapping;
      return [[consumer, { id, queue: name, enabled, maximumConcurrency, batchSize }] as const];
    }),
  );
  return new Map(found.flat());
}

/** A change of a function's event source mapping; at least one field must be set. */
export interface ThrottleChange {
  /** Maximum number of concurrent invocations. */
  maximumConcurrency?: number;
  /** Whether the queue is polled. */
  enabled?: boolean;
}

/**
 * Limits how many batches of its queue a function processes concurrently, or pauses or resumes polling. Batches in flight are
 * not affected. The change lasts until the next deployment or the next start of the embedded cloud, which apply serverless.yml
 * again.
 *
 * @param functionName Name in serverless.yml.
 * @throws InvalidInputError if no queue invokes the function, or the maximum concurrency is out of Lambda's range
 * @throws ServiceError
 */
export async function setThrottle(
  pipeline: ThrottledPipeline,
  functionName: string,
  { maximumConcurrency, enabled }: ThrottleChange,
): Promise<void> {
  refuseUnknown(pipeline, functionName);
  if (maximumConcurrency === undefined && enabled === undefined)
    throw new InvalidInputError('throttle: give maximumConcurrency or enabled, received neither');
  if (maximumConcurrency !== undefined && !isThrottle(maximumConcurrency)) {
    throw new InvalidInputError(
      `maximumConcurrency: must be a whole number from ${THROTTLE.min} to ${THROTTLE.max.toLocaleString('en')}, received ${received(maximumConcurrency)}`,
    );
  }
  if (enabled !== undefined && typeof enabled !== 'boolean')
    throw new InvalidInputError(`enabled: must be true or false, received ${received(enabled)}`);
  const mapping = (await readMappings(pipeline)).get(functionName);
  if (!mapping)
    throw new InvalidInputError(
      `function: ${functionName} has no event source mapping that could be changed`,
    );
  const mappings = createEventSourceMappings(pipeline.clients.lambda);
  await mappings.update(mapping.id, { maximumConcurrency, enabled });
}

const isThrottle = (value: number): boolean =>
  Number.isInteger(value) && value >= THROTTLE.min && value <= THROTTLE.max;

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
