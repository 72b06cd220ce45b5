/** Metrics that the embedded cloud serves at its `InspectionUrl`, as CloudWatch does on AWS. */
export interface Inspection {
  /** When the embedded cloud started, in ISO 8601; totals count from then. */
  since: string;
  /** Queues by their names on AWS, including dead-letter queues. */
  queues: Record<string, InspectedQueue>;
  /** Functions by their names in serverless.yml, in the order of that file. */
  functions: Record<string, InspectedFunction>;
  /** Number of confirmations published. */
  confirmed: number;
  /** The last 100 different requests that IAM refused, the oldest first. */
  denials: DeniedRequest[];
}

/** Equal requests that IAM refused: by principal, action and resource. */
export interface DeniedRequest {
  /** ARN, or the name of a service such as `s3.amazonaws.com`. */
  principal: string;
  action: string;
  resource: string;
  /** AWS's message, which also has the reason. */
  message: string;
  /** Number of refusals. */
  count: number;
  /** Epoch ms of the last refusal. */
  at: number;
}

export interface InspectedQueue {
  /** Number of messages that the queue has accepted, including those moved to it as dead letters. */
  taken: number;
  /** Number of messages that consumers have deleted. */
  deleted: number;
  /** Age in seconds of the oldest message, in flight or not; null if the queue is empty. */
  oldestSeconds: number | null;
}

export interface InspectedFunction {
  /** Number of completed invocations. */
  invocations: number;
  /** Number of invocations that ended with an error or a timeout. */
  errors: number;
  /** Total duration of all invocations in milliseconds, without loading the code. */
  totalMs: number;
  /** Number of running invocations. */
  running: number;
}
