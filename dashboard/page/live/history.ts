import type { LiveStatus, QueueName } from '../../api.ts';

/** Points of a series: 5 minutes of an event a second. */
export const HISTORY_LENGTH = 300;

/** What the charts draw. All columns have the same length, at most `HISTORY_LENGTH`. */
export interface History {
  /** Epoch seconds. */
  times: number[];
  /** Messages in each queue: waiting, in flight and delayed. */
  depths: Record<QueueName, (number | null)[]>;
  /** Messages a second that each queue takes, and that its consumer is done with. */
  in: Record<QueueName, (number | null)[]>;
  out: Record<QueueName, (number | null)[]>;
}

const columns = (): Record<QueueName, (number | null)[]> => ({
  upload: [],
  order: [],
  shipping: [],
  analytics: [],
});

export const emptyHistory = (): History => ({ times: [], depths: columns(), in: columns(), out: columns() });

/** Adds what was told now to the end of each column, and forgets what is too old for the charts. Changes `history`. */
export function remember(history: History, status: LiveStatus): void {
  const time = Date.parse(status.at) / 1_000;
  // A server that starts anew, or a clock that was set back: charts need times that grow.
  if (time <= (history.times.at(-1) ?? 0)) return;
  push(history.times, time);
  for (const name of Object.keys(history.depths) as QueueName[]) {
    const queue = status.queues.find((each) => each.name === name);
    push(history.depths[name], queue ? queue.visible + queue.inFlight + queue.delayed : null);
    push(history.in[name], queue?.inPerSecond ?? null);
    push(history.out[name], queue?.outPerSecond ?? null);
  }
}

function push<Value>(column: Value[], value: Value): void {
  column.push(value);
  if (column.length > HISTORY_LENGTH) column.shift();
}
