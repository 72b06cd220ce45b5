import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { QueueName } from '../../topology.ts';
import type { Bursts } from './bursts.ts';

/** The pipeline and the state that the routes share. */
export interface DashboardParts {
  pipeline: Pipeline;
  bursts: Bursts;
  /**
   * Serializes access to each dead-letter queue. Reading hides messages for a moment, so two concurrent readers would each
   * see only some of them.
   */
  withLock: WithLock<QueueName>;
  /** Aborted when the server stops; cancels long requests. */
  stopping: AbortSignal;
}

/** Runs a task while it holds the locks of the given names. Tasks that share a name run in the order of their calls. */
export type WithLock<Name> = <Value>(names: readonly Name[], task: () => Promise<Value>) => Promise<Value>;

/** Returns a function that runs tasks under named locks. */
export function createKeyedLock<Name>(): WithLock<Name> {
  const last = new Map<Name, Promise<unknown>>();
  return (names, task) => {
    const turn = Promise.all(names.map((name) => last.get(name))).then(task);
    const ended = turn.catch(() => undefined);
    for (const name of names) last.set(name, ended);
    return turn;
  };
}
