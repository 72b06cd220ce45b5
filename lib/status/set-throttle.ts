import type { Pipeline } from '../pipeline/pipeline.ts';

export async function setThrottle(
  _pipeline: Pipeline,
  _functionName: string,
  _change: { maximumConcurrency?: number; enabled?: boolean },
): Promise<void> {}
