import type { BacklogResult } from './run-backlog.ts';

/** A backlog that was drained with or without a data directory. */
export interface BacklogCase extends BacklogResult {
  data: boolean;
}
