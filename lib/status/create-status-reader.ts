import type { Pipeline } from '../pipeline/pipeline.ts';
import type { PipelineStatus } from './pipeline-status.ts';

export interface StatusReader {
  read(): Promise<PipelineStatus>;
}

export function createStatusReader(pipeline: Pipeline): StatusReader {
  const since = new Date().toISOString();
  return {
    async read() {
      const at = new Date().toISOString();
      return { at, stage: pipeline.stage, since, queues: [], functions: [], confirmed: 0 };
    },
  };
}
