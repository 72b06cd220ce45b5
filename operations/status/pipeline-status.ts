import type { QueueName } from '../../topology.ts';
import type { DeniedRequest } from './inspection.ts';

/** Depth and throughput of a queue. */
export interface QueueStatus {
  name: QueueName;
  visible: number;
  inFlight: number;
  delayed: number;
  /** Age in seconds of the oldest message; null if the queue is empty or the age is unknown. */
  oldestSeconds: number | null;
  /** Number of messages that the queue has accepted since `PipelineStatus.since`. */
  taken: number;
  /** Messages per second that recently arrived and that were deleted; null if unknown. */
  inPerSecond: number | null;
  outPerSecond: number | null;
  /** Seconds until the queue is empty at the current rates: 0 if it is empty, null if it is not getting shorter. */
  drainSeconds: number | null;
  /** Number of messages in its dead-letter queue. */
  deadLetters: number;
}

/** Invocations and duration of a function. */
export interface FunctionStatus {
  /** Name in serverless.yml. */
  name: string;
  /** Number of invocations since `PipelineStatus.since`. */
  invocations: number;
  /** Number of invocations that ended with an error or a timeout. */
  errors: number;
  /** Average duration of an invocation in milliseconds; null without invocations. */
  averageMs: number | null;
  /** Number of running invocations; null if unknown. */
  running: number | null;
  /** Its event source mapping; null for functions that are not invoked by a queue. */
  mapping: MappingStatus | null;
}

/** An event source mapping. */
export interface MappingStatus {
  queue: QueueName;
  enabled: boolean;
  /** The throttle: maximum number of concurrent invocations, at least 2; null if not set. */
  maximumConcurrency: number | null;
  batchSize: number;
}

/** The status of the pipeline at one point in time. */
export interface PipelineStatus {
  /** ISO 8601. */
  at: string;
  stage: string;
  /** Start of the totals in ISO 8601: the start of the embedded cloud, or an hour ago on AWS. */
  since: string;
  /** Queues in the order in which an order passes them. */
  queues: QueueStatus[];
  functions: FunctionStatus[];
  /** Number of confirmations published since `since`. */
  confirmed: number;
  /** The last requests that IAM refused, the oldest first; null on AWS, where CloudTrail has them. */
  denials: DeniedRequest[] | null;
}

/** The part of a status that has different sources on AWS and in the embedded cloud. */
export interface Measured {
  /** Start of the totals in ISO 8601. */
  since: string;
  /** Queues by their names on AWS. */
  queues: ReadonlyMap<string, Pick<QueueStatus, 'oldestSeconds' | 'taken' | 'inPerSecond' | 'outPerSecond'>>;
  functions: readonly Omit<FunctionStatus, 'mapping'>[];
  confirmed: number;
  denials: DeniedRequest[] | null;
}

/** A source of measurements: CloudWatch, or the embedded cloud. */
export interface StatusSource {
  measure(): Promise<Measured>;
}

/** Returns the queue's name on AWS from its URL. */
export const queueNameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
