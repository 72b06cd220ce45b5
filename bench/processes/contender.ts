/** The task of a contender, whose environment is that of the functions: endpoint, region, credentials and settings. */
export interface Task {
  /** Orders to send, or to confirm. */
  orders: number;
  /** Seed of the orders. */
  seed: number;
  /** Concurrent batches or messages, for contenders that can set them. */
  concurrency: number;
}

/**
 * Somebody's way to do the task: its module exports it as `contend`.
 *
 * @returns what is measured, ready to go: it ends when the task is done, or, where the task has no end of its own, soon
 *   after the signal
 */
export type Contend = (task: Task) => Promise<(stopping: AbortSignal) => Promise<void>>;

/** The usage of a contender since it began. */
export interface Usage {
  seconds: number;
  /** User and system time of all its threads. */
  cpuSeconds: number;
  /** Requests as they went over the wire, the SDK's own retries among them. */
  requests: number;
  /** Most resident memory that the process ever had, in bytes. */
  peakMemory: number;
}

/** A table as idempotency utilities want theirs: their own key, and nothing else. */
export const IDEMPOTENCY_TABLE = 'idempotency';
