import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';

/** The functions in serverless.yml, in the order that orders take; some are there with a part of the pipeline only. */
const FUNCTIONS: readonly { name: string; part?: QueueName }[] = [
  { name: 'producer' },
  { name: 'intake' },
  { name: 'ingest' },
  { name: 'consumer' },
  { name: 'fulfillment', part: 'shipping' },
  { name: 'analytics', part: 'analytics' },
  { name: 'restock', part: 'shipping' },
  { name: 'report', part: 'analytics' },
  { name: 'story' },
  { name: 'customers' },
  { name: 'migrate' },
];

/** The functions that a pipeline has, by their names in serverless.yml. */
export function functionNames({ queues }: Pick<Pipeline, 'queues'>): string[] {
  return FUNCTIONS.filter(({ part }) => !part || queues.some((queue) => queue.name === part)).map(
    ({ name }) => name,
  );
}
