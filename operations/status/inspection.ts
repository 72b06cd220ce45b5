/** What the embedded cloud tells operators, at its `InspectionUrl`: what AWS has CloudWatch for. */
export interface Inspection {
  /** When the embedded cloud started, ISO 8601: from then totals count. */
  since: string;
  /** By the queue's name on AWS, dead-letter queues included. */
  queues: Record<string, InspectedQueue>;
  /** By the function's name in serverless.yml, in its order. */
  functions: Record<string, InspectedFunction>;
  /** Confirmations published. */
  confirmed: number;
}

export interface InspectedQueue {
  /** Messages that it has taken, moves to a dead-letter queue included. */
  taken: number;
  /** Messages that were deleted: dealt with. */
  deleted: number;
  /** Age of the oldest message, in flight or not, in seconds; null where it is empty. */
  oldestSeconds: number | null;
}

export interface InspectedFunction {
  /** Invocations that have ended. */
  invocations: number;
  /** Those that ended in an error or a time-out. */
  errors: number;
  /** Ms of all of them; loading the code does not count. */
  totalMs: number;
  /** Invocations under way. */
  running: number;
}
