import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import type { Bursts } from './create-bursts.ts';

/** What the routes of the page work with. */
export interface DashboardParts {
  pipeline: Pipeline;
  bursts: Bursts;
  /** Aborted when the server stops: ends what takes long. */
  stopping: AbortSignal;
}
