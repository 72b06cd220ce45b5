import { FUNCTIONS, queueNamed } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';

/** The functions that a pipeline has, by their names in serverless.yml: those of its parts that are on. */
export function functionNames({ queues }: Pick<Pipeline, 'queues'>): string[] {
  const parts = new Set(queues.map(({ name }) => queueNamed(name).part));
  return FUNCTIONS.filter(({ part }) => !part || parts.has(part)).map(({ name }) => name);
}
