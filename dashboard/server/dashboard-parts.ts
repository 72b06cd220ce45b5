import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { QueueName } from '../../topology.ts';
import type { Bursts } from './bursts.ts';

/** The pipeline and the shared state that the page's routes work with. */
export interface DashboardParts {
  pipeline: Pipeline;
  bursts: Bursts;
  /**
   * Makes readers of a dead-letter queue take turns: reading hides its messages for a moment, so two concurrent readers would
   * each see a part of them.
   */
  inTurn: InTurn<QueueName>;
  /** Aborted when the server stops: ends long requests. */
  stopping: AbortSignal;
}

/** Runs a task when no other one with any of these names runs; those with a name in common run in the order that they came. */
export type InTurn<Name> = <Value>(names: readonly Name[], task: () => Promise<Value>) => Promise<Value>;

export function takeTurns<Name>(): InTurn<Name> {
  const last = new Map<Name, Promise<unknown>>();
  return (names, task) => {
    const turn = Promise.all(names.map((name) => last.get(name))).then(task);
    const ended = turn.catch(() => undefined);
    for (const name of names) last.set(name, ended);
    return turn;
  };
}
