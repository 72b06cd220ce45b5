import { InvalidInputError } from '../../lib/errors.ts';
import { received } from '../../lib/text.ts';
import { createEventSourceMappings } from '../aws/event-source-mappings.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type MappingStatus, queueNameOf } from './pipeline-status.ts';

/** Invocations at once that may be set: https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html */
export const THROTTLE = { least: 2, most: 1_000 } as const;

export type ThrottledPipeline = Pick<Pipeline, 'stage' | 'prefix' | 'queues'> & {
  clients: Pick<Pipeline['clients'], 'lambda'>;
};

/**
 * What polls the queues.
 *
 * @returns mappings with their ids, by the function's name in serverless.yml
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
