import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { QueueName } from '../../topology.ts';
import type { Bursts } from './create-bursts.ts';
import type { InTurn } from './take-turns.ts';

/** What the routes of the page work with. */
export interface DashboardParts {
  pipeline: Pipeline;
  bursts: Bursts;
  /**
   * Lets those take turns that look at a dead-letter queue: looking hides its messages for a moment, so two at once would
   * each see a part of it.
   */
  inTurn: InTurn<QueueName>;
  /** Aborted when the server stops: ends what takes long. */
  stopping: AbortSignal;
}
