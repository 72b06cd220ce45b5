import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { QueueName } from '../../topology.ts';
import type { Bursts } from './bursts.ts';

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
