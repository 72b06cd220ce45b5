import { median } from './statistics.ts';
import type { ContenderResult } from './suite.ts';

/** The median of a contender's metric. @throws Error where there is no such contender, or metric */
export function medianOf(results: readonly ContenderResult[], contender: string, metric: string): number {
  const samples = results.find(({ name }) => name === contender)?.samples ?? [];
  return median(samples.flatMap((sample) => sample[metric] ?? []));
}
