import { QUEUE_NAMES } from '../../../topology.ts';
import type { LiveStatus, QueueName } from '../../api.ts';

/** Seconds that are remembered. The server tells once a second, so a column has at most so many points. */
export const HISTORY_SECONDS = 300;

/** What the charts draw. All columns have the same length. */
export interface History {
  /** Epoch seconds. */
  times: number[];
  /** Messages in each queue: waiting, in flight and delayed. */
  depths: Record<QueueName, (number | null)[]>;
  /** Messages a second that each queue takes, and that its consumer is done with. */
  in: Record<QueueName, (number | null)[]>;
  out: Record<QueueName, (number | null)[]>;
}

const columns = (): Record<QueueName, (number | null)[]> =>
  Object.fromEntries(QUEUE_NAMES.map((name) => [name, []])) as unknown as Record<
    QueueName,
    (number | null)[]
  >;

export const emptyHistory = (): History => ({ times: [], depths: columns(), in: columns(), out: columns() });

/** Adds what was told now to the end of each column, and forgets what is too old for the charts. Changes `history`. */
export function remember(history: History, status: LiveStatus): void {
  const time = Date.parse(status.at) / 1_000;
  // Clocks may be set back; charts need times that grow.
  if (time <= (history.times.at(-1) ?? 0)) return;
  const kept = history.times.filter((each) => each > time - HISTORY_SECONDS).length;
  const forgotten = history.times.length - kept;
  push(history.times, time, forgotten);
  for (const name of QUEUE_NAMES) {
    const queue = status.queues.find((each) => each.name === name);
    push(history.depths[name], queue ? queue.visible + queue.inFlight + queue.delayed : null, forgotten);
    push(history.in[name], queue?.inPerSecond ?? null, forgotten);
    push(history.out[name], queue?.outPerSecond ?? null, forgotten);
  }
}

function push<Value>(column: Value[], value: Value, forgotten: number): void {
  column.splice(0, forgotten);
  column.push(value);
}
