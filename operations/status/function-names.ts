import { FUNCTIONS, queueNamed } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/** Returns the names in serverless.yml of a pipeline's functions, without those of disabled parts. */
export function functionNames({ queues }: Pick<Pipeline, 'queues'>): string[] {
  const parts = new Set(queues.map(({ name }) => queueNamed(name).part));
  return FUNCTIONS.filter(({ part }) => !part || parts.has(part)).map(({ name }) => name);
}
