import type { QueueName } from '../pipeline/pipeline.ts';

/** One thing that happened to an order. */
export interface TraceStep {
  /** ISO 8601; null where nobody wrote the time down. */
  at: string | null;
  /** What it is, for programs. */
  what:
    | 'ordered'
    | 'queued'
    | 'claimed'
    | 'confirmed'
    | 'mailed'
    | 'shipment_scheduled'
    | 'shipment_backordered'
    | 'sold'
    | 'dead_lettered';
  /** The same in words, with what matters: message ids, delivery date, why it is in a dead-letter queue. */
  text: string;
}

/** What became of an order, in the order in which it happened. */
export interface OrderTrace {
  order_id: string;
  /** In a word: where it is now. */
  state: 'claimed' | 'confirmed' | 'complete' | 'dead_lettered';
  steps: TraceStep[];
  /** Dead-letter queues that it waits in, with the message's id. */
  dead_letters: { queue: QueueName; id: string; reason: string; errors: string[] }[];
}
