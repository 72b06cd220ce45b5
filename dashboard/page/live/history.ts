import { QUEUE_NAMES } from '../../../topology.ts';
import type { LiveStatus, QueueName } from '../../api.ts';

/** Length of the history. The server sends one status a second, so a column has at most this many points. */
export const HISTORY_SECONDS = 300;

/** The data of the live charts. All columns have the same length. */
export interface History {
  /** Epoch seconds. */
  times: number[];
  /** Messages in each queue: visible, in flight and delayed. */
  depths: Record<QueueName, (number | null)[]>;
  /** Messages per second that each queue receives, and that its consumer processes. */
  in: Record<QueueName, (number | null)[]>;
  out: Record<QueueName, (number | null)[]>;
}

const columns = (): Record<QueueName, (number | null)[]> =>
  Object.fromEntries(QUEUE_NAMES.map((name) => [name, []])) as unknown as Record<
    QueueName,
    (number | null)[]
  >;

export const emptyHistory = (): History => ({ times: [], depths: columns(), in: columns(), out: columns() });

/** Appends a status to each column of `history` and drops points that are too old for the charts. */
export function appendStatus(history: History, status: LiveStatus): void {
  const time = Date.parse(status.at) / 1_000;
  // The clock may be set back, and charts need increasing times.
  if (time <= (history.times.at(-1) ?? 0)) return;
  const kept = history.times.filter((each) => each > time - HISTORY_SECONDS).length;
  const expired = history.times.length - kept;
  push(history.times, time, expired);
  for (const name of QUEUE_NAMES) {
    const queue = status.queues.find((each) => each.name === name);
    push(history.depths[name], queue ? queue.visible + queue.inFlight + queue.delayed : null, expired);
    push(history.in[name], queue?.inPerSecond ?? null, expired);
    push(history.out[name], queue?.outPerSecond ?? null, expired);
  }
}

function push<Value>(column: Value[], value: Value, expired: number): void {
  column.splice(0, expired);
  column.push(value);
}
