/** What a contender is to do. The environment has what the functions' has: endpoint, region, credentials and settings. */
export interface Task {
  /** Orders to send, or to confirm. */
  orders: number;
  /** Of the orders. */
  seed: number;
  /** Batches, or messages, at work on at once, for contenders that leave it open. */
  concurrency: number;
}

/**
 * Somebody's way to do the task: its module exports it as `contend`.
 *
 * @returns what is measured, ready to go: it ends when the task is done, or, where the task has no end of its own, soon
 *   after the signal
 */
export type Contend = (task: Task) => Promise<(stopping: AbortSignal) => Promise<void>>;

/** What a contender has used since it began. */
export interface Usage {
  seconds: number;
  /** Of all its threads, user and system. */
  cpuSeconds: number;
  /** Requests as they went over the wire, the SDK's own retries among them. */
  requests: number;
  /** Most resident memory that the process ever had, in bytes. */
  peakMemory: number;
}

/** A table as idempotency utilities want theirs: their own key, and nothing else. */
export const IDEMPOTENCY_TABLE = 'idempotency';
