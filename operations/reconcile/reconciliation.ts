import type { QueueName, StoredRecord, StoreName } from '../../topology.ts';

/** An order on which ledger, queues and stores disagree. */
export interface Gap {
  kind: /** Confirmed, but neither stored by the consumer nor in its queue or dead-letter queue. */
    | `missing_${StoredRecord}`
    /** The order was claimed but never confirmed, and its message is in no queue. */
    | 'stuck_claim'
    /** The order is stored, but unknown to the ledger: something other than the pipeline wrote it. */
    | `unknown_${StoredRecord}`
    /** The order's record in the ledger cannot be read. */
    | 'damaged_record';
  order_id: string;
}

/** A message in a dead-letter queue. It is accounted for; `orders dlq` redrives or deletes it. */
export interface DeadLettered {
  queue: QueueName;
  /** SQS message id. */
  id: string;
  order_id: string | null;
  reason: string;
}

/** The confirmed orders at one consumer. `stored + on_the_way + dead_lettered + missing` is the number of confirmed orders. */
export interface StoredCounts {
  stored: number;
  /** Orders that are not stored, while the consumer's queue still has messages. */
  on_the_way: number;
  /** Orders in the dead-letter queue of the consumer's queue. */
  dead_lettered: number;
  missing: number;
  /** Stored orders that the ledger does not know. They are not confirmed orders. */
  unknown: number;
}

/** The result of a reconciliation. A consumer's counts are under its store's name, `shipments` or `sales`; null if disabled. */
export interface Reconciliation extends Readonly<Record<StoreName, StoredCounts | null>> {
  /** Range of confirmation times in ISO 8601, `to` exclusive. */
  from: string;
  to: string;
  /** `received` is the sum of the other numbers except `unmarked`, which is part of `confirmed`. */
  orders: {
    received: number;
    confirmed: number;
    /** Confirmed orders that are not marked as sent in the ledger. */
    unmarked: number;
    /** Orders in the order queue's dead-letter queue that no other message has confirmed. */
    dead_lettered: number;
    /** Claimed orders whose message is in flight or waits for redelivery. */
    in_progress: number;
    stuck: number;
  };
  /** Messages in each queue, in flight or not. The order queue may hold orders that the ledger does not know yet. */
  queued: Partial<Record<QueueName, number>>;
  gaps: Gap[];
  dead_letters: DeadLettered[];
  /** Whether there are no gaps and no confirmed order is dead-lettered. */
  reconciled: boolean;
}

/** Displays the progress of one step. */
export interface Progress {
  update(done: number, total?: number): void;
  /** Ends the display, whether the step succeeded or failed. */
  done(): void;
}

/** Starts the progress display of one step. */
export type StartProgress = (label: string) => Progress;
