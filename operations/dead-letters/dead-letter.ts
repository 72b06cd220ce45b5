import type { QueueName } from '../../topology.ts';

/** Why a message is in a dead-letter queue, as far as looking at it tells. */
export interface DeadLetterReason {
  /**
   * What groups of messages are named by, and `--reason` takes: the paths and codes of what is wrong with the body, such as
   * `price:out_of_range`; or `passing`, for a body that is fine: what failed was around it, and has passed or will.
   */
  code: string;
  /** The same in words. */
  text: string;
}

/** One message of a dead-letter queue. */
export interface DeadLetter {
  /** SQS message id. */
  id: string;
  queue: QueueName;
  reason: DeadLetterReason;
  /** Each thing that is wrong: place, rule, value. Empty for `passing`. */
  errors: string[];
  /** Of the order that it is about, where that can be told. */
  order_id: string | null;
  body: string;
  /** Names and values of its message attributes; binary ones in base64. */
  attributes: Record<string, string>;
  /** When it came into its first queue, ISO 8601. */
  sent_at: string;
}

/** Messages that share a reason. */
export interface DeadLetterGroup {
  reason: DeadLetterReason;
  count: number;
  /** Ids of the first few. */
  examples: string[];
}

/** What a redrive did. `matched - sent` messages are still in the dead-letter queue. */
export interface RedriveReport {
  queue: QueueName;
  /** Messages looked at. */
  seen: number;
  /** Those that the choice fits. */
  matched: number;
  /** Those that the queue has taken back. */
  sent: number;
  /** Why the others were not, each with its message id; ids that were chosen and are not there are among them. */
  failures: { id: string; message: string }[];
  dryRun: boolean;
}

/** Sorts letters by when they were sent, those of one moment by their id: SQS hands them out in any order. */
export const oldestFirst = (letters: readonly DeadLetter[]): DeadLetter[] =>
  letters.toSorted((one, other) => compare(one.sent_at, other.sent_at) || compare(one.id, other.id));

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
