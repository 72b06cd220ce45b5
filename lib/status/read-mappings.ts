import { createEventSourceMappings } from '../aws/event-source-mappings.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { MappingStatus } from './pipeline-status.ts';
import { queueNameOf } from './status-source.ts';

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
