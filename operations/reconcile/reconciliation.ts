import type { QueueName, StoredRecord, StoreName } from '../../topology.ts';

/** Something that does not add up. */
export interface Gap {
  kind: /** Confirmed, and neither stored by a consumer nor on its way there, as far as is known. */
    | `missing_${StoredRecord}`
    /** Claimed by a message that is in no queue any more, and never confirmed. */
    | 'stuck_claim'
    /** Stored, but the ledger, which would remember it, does not know it: put there past the pipeline. */
    | `unknown_${StoredRecord}`
    /** Its record in the ledger cannot be read. */
    | 'damaged_record';
  order_id: string;
}

/** A message in a dead-letter queue: accounted for, and to be dealt with by `orders dlq`. */
export interface DeadLettered {
  queue: QueueName;
  /** SQS message id. */
  id: string;
  order_id: string | null;
  reason: string;
}

/** What became of the confirmed orders on one side: `stored + on_the_way + dead_lettered + missing` are all of them. */
export interface StoredCounts {
  stored: number;
  /** Not stored while the queue holds messages. */
  on_the_way: number;
  /** In the queue's DLQ. */
  dead_lettered: number;
  missing: number;
  /** Stored besides, and unknown to the ledger. */
  unknown: number;
}

/** Whether orders add up. What each consumer stored is under its own name, `shipments` or `sales`: null where its part is off. */
export interface Reconciliation extends Readonly<Record<StoreName, StoredCounts | null>> {
  /** By when orders were confirmed, `to` exclusive; ISO 8601. */
  from: string;
  to: string;
  /** `received` is the sum of the others but `unmarked`, which are confirmed. */
  orders: {
    received: number;
    confirmed: number;
    /** Stored by a consumer, while the ledger was never told that they were sent. */
    unmarked: number;
    /** In the order queue's DLQ, and not confirmed by another message. */
    dead_lettered: number;
    /** Claimed, and either in hand or on the way back to the consumer. */
    in_progress: number;
    stuck: number;
  };
  /** Messages that each queue holds, in hand or not. Those of the order queue may be orders that nobody has seen yet. */
  queued: Partial<Record<QueueName, number>>;
  gaps: Gap[];
  dead_letters: DeadLettered[];
  /** Whether there are no gaps, and nothing confirmed is dead-lettered. */
  reconciled: boolean;
}

/** Shows how long work is getting on. */
export interface Progress {
  update(done: number, total?: number): void;
  /** Whatever became of the work. */
  done(): void;
}

/** Begins to show one piece of work. */
export type StartProgress = (label: string) => Progress;
