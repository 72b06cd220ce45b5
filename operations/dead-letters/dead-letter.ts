import type { QueueName } from '../../topology.ts';

/** The probable reason why a message is in a dead-letter queue. SQS does not keep it, so it is derived from the message. */
export interface DeadLetterReason {
  /**
   * Identifies the reason; `--reason` accepts it. It lists the fields and codes of the body's errors, such as
   * `price:too_small`. It is `passing` for a valid body, whose failure had a temporary cause such as an outage.
   */
  code: string;
  /** The reason in words. */
  text: string;
}

/** One message of a dead-letter queue. */
export interface DeadLetter {
  /** SQS message id. */
  id: string;
  queue: QueueName;
  reason: DeadLetterReason;
  /** Each error of the body: field, rule, value. Empty for `passing`. */
  errors: string[];
  /** Id of its order; null if unknown. */
  order_id: string | null;
  body: string;
  /** Values of its message attributes by name; binary ones in base64. */
  attributes: Record<string, string>;
  /** When it was sent to its source queue, in ISO 8601. */
  sent_at: string;
}

/** Messages that share a reason. */
export interface DeadLetterGroup {
  reason: DeadLetterReason;
  count: number;
  /** Message ids of the first few. */
  examples: string[];
}

/** The outcome of a redrive. `matched - sent` messages are still in the dead-letter queue. */
export interface RedriveReport {
  queue: QueueName;
  /** Number of messages examined. */
  seen: number;
  /** Number of messages that the choice selects. */
  matched: number;
  /** Number of messages sent back to their source queue. */
  sent: number;
  /** Messages that were not moved, with the reason. Includes chosen ids that were not found. */
  failures: { id: string; message: string }[];
  dryRun: boolean;
}

/** Sorts dead letters by the time they were sent, then by id, since SQS returns messages in any order. */
export const oldestFirst = (deadLetters: readonly DeadLetter[]): DeadLetter[] =>
  deadLetters.toSorted((one, other) => compare(one.sent_at, other.sent_at) || compare(one.id, other.id));

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
