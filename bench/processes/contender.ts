import type { ClientKind } from './clients.ts';

/** The task of a contender. Endpoint, region, credentials and settings are in the environment, as for functions. */
export interface Task {
  /** Number of orders to send or to confirm. */
  orders: number;
  /** Seed for generating the orders. */
  seed: number;
  /** Number of concurrent batches or messages, for contenders that support it. */
  concurrency: number;
  /** SDK clients of a contender that measures a limit. Default: the SDK's own. */
  clients?: ClientKind;
}

/**
 * Prepares a contender. Its module exports this function as `contend`.
 *
 * @returns The function to measure. It resolves when the task is done or, for a task without an end, soon after the signal.
 */
export type Contend = (task: Task) => Promise<(stopping: AbortSignal) => Promise<void>>;

/** Resources that a contender has used since it began. */
export interface Usage {
  seconds: number;
  /** User and system time of all threads. */
  cpuSeconds: number;
  /** Number of HTTP requests, including the SDK's retries. */
  requests: number;
  /** Maximum resident memory of the process, in bytes. */
  peakMemory: number;
}

/** Name of the table with the key that idempotency utilities expect. */
export const IDEMPOTENCY_TABLE = 'idempotency';
