import type { QueueName } from '../../topology.ts';

/** What a queue holds and how it moves. */
export interface QueueStatus {
  name: QueueName;
  visible: number;
  inFlight: number;
  delayed: number;
  /** Age of the oldest message in seconds; null where the queue is empty, or nobody can tell. */
  oldestSeconds: number | null;
  /** Messages that the queue has taken since `PipelineStatus.since`. */
  taken: number;
  /** Messages a second, of late: coming in, and dealt with. Null until it can be told. */
  inPerSecond: number | null;
  outPerSecond: number | null;
  /** Seconds until the queue is empty at that pace; 0 where it is, null where it is not getting shorter. */
  drainSeconds: number | null;
  /** Messages in its dead-letter queue. */
  deadLetters: number;
}

/** What a function does. */
export interface FunctionStatus {
  /** As in serverless.yml. */
  name: string;
  /** Since `PipelineStatus.since`. */
  invocations: number;
  /** Those that ended in an error or a time-out. */
  errors: number;
  /** Of one invocation; null where there was none. */
  averageMs: number | null;
  /** Invocations under way; null where nobody can tell. */
  running: number | null;
  /** What polls a queue for it; null for functions that nobody polls for. */
  mapping: MappingStatus | null;
}

/** An event source mapping. */
export interface MappingStatus {
  queue: QueueName;
  enabled: boolean;
  /** The throttle: invocations at once, from 2; null where none is set. */
  maximumConcurrency: number | null;
  batchSize: number;
}

/** The pipeline at one moment. */
export interface PipelineStatus {
  /** ISO 8601. */
  at: string;
  stage: string;
  /** From when totals count, ISO 8601: the start of the embedded cloud, or an hour ago on AWS. */
  since: string;
  /** In the order that orders take. */
  queues: QueueStatus[];
  functions: FunctionStatus[];
  /** Confirmations published since `since`. */
  confirmed: number;
}

/** What is told in another way on AWS than by the embedded cloud. */
export interface Measured {
  /** From when totals count, ISO 8601. */
  since: string;
  /** By the queue's name on AWS. */
  queues: ReadonlyMap<string, Pick<QueueStatus, 'oldestSeconds' | 'taken' | 'inPerSecond' | 'outPerSecond'>>;
  functions: readonly Omit<FunctionStatus, 'mapping'>[];
  confirmed: number;
}

/** Where that comes from. */
export interface StatusSource {
  measure(): Promise<Measured>;
}

/** A queue's name on AWS. */
export const queueNameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
