import type { SQSRecord } from 'aws-lambda';
import type { Queue } from '../aws/queue.ts';
import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { countReasons, issueReason, reasonOf } from '../observability/reasons.ts';
import type { OrderIssue } from '../order/order.ts';
import { type OrderConfirmed, parseOrderConfirmed } from '../order/order-confirmed.ts';
import { type MessageOutcome, refused, settleRecords } from './settle-records.ts';

export type ParsedItem<Item> = { ok: true; item: Item } | { ok: false; errors: readonly OrderIssue[] };

/** How many items a store added, by what became of each, and how many of them it had before. */
export interface StoreCounts {
  repeated: number;
}

/** What is special to one consumer of confirmed orders. */
export interface OrderConsumer<Item, Counts extends StoreCounts> {
  /** Makes the item to store of a confirmed order, or says why that can't be stored. Must not throw. */
  parse(event: OrderConfirmed): ParsedItem<Item>;
  /** Stores items of different orders. Must be idempotent: when it throws, all of them are stored again later. */
  store(items: Item[]): Promise<Counts>;
  report: BatchReport<Counts>;
}

/** How a batch is reported. */
export interface BatchReport<Counts extends StoreCounts> {
  /** Words of the log lines, such as `orders` and `fulfilled`: "orders fulfilled", "orders not fulfilled". */
  noun: string;
  verb: string;
  /** Metrics, in the order in which they are logged, each with the count that it shows. Each message counts once. */
  metrics: Readonly<Record<string, keyof Counts | 'rejected' | 'failed'>>;
}

/** What became of a batch. */
export interface StoredBatch<Counts extends StoreCounts> {
  /** One per record, in the order given. */
  outcomes: MessageOutcome[];
  /** Ids of the orders that there were to store, once each. */
  ids: string[];
  /** Absent where there was nothing to store, or the store failed. */
  stored?: Counts;
  /** Why the store failed. */
  failure?: Error;
  /** Issues of the records that can never be stored. */
  rejected: (readonly OrderIssue[])[];
}

/**
 * Stores a batch of messages, reports it, and settles its records.
 *
 * @param queue that the records were received from
 */
export async function consumeConfirmedOrders<Item, Counts extends StoreCounts>(
  records: readonly SQSRecord[],
  consumer: OrderConsumer<Item, Counts>,
  queue: Pick<Queue, 'changeVisibility'>,
): Promise<PromiseSettledResult<void>[]> {
  const batch = await storeBatch(records, consumer);
  reportBatch(batch, consumer.report);
  return settleRecords(records, batch.outcomes, queue);
}

/**
 * Stores a batch of messages in one go, each order once. A message that can't be stored fails alone and quickly. When the store
 * fails, for a reason that passes, all others are redelivered after the queue's visibility timeout. Never throws.
 */
export async function storeBatch<Item, Counts extends StoreCounts>(
  records: readonly { body: string }[],
  { parse, store }: Pick<OrderConsumer<Item, Counts>, 'parse' | 'store'>,
): Promise<StoredBatch<Counts>> {
  const items = new Map<string, Item>();
  const rejected: (readonly OrderIssue[])[] = [];
  const refusals = records.map(({ body }): MessageOutcome | undefined => {
    const parsed = parseConfirmed(body, parse);
    if (!parsed.ok) {
      rejected.push(parsed.errors);
      return refused(parsed.errors);
    }
    if (!items.has(parsed.orderId)) items.set(parsed.orderId, parsed.item);
    return undefined;
  });
  const settle = (outcome: MessageOutcome) => ({
    outcomes: refusals.map((refusal) => refusal ?? outcome),
    ids: [...items.keys()],
    rejected,
  });

  if (items.size === 0) return settle({});
  try {
    const stored = await store([...items.values()]);
    return { ...settle({}), stored };
  } catch (thrown) {
    const failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { ...settle({ error: failure }), failure };
  }
}

function parseConfirmed<Item>(body: string, parse: OrderConsumer<Item, StoreCounts>['parse']) {
  const confirmed = parseOrderConfirmed(body);
  if (!confirmed.ok) return confirmed;
  const { event } = confirmed;
  const parsed = parse(event);
  return parsed.ok ? { ...parsed, orderId: event.order.order_id } : parsed;
}

/**
 * Reports a batch: one log line and one metric line, whatever its size; `order_id`s only at debug level. What customers sent is
 * not logged.
 */
export function reportBatch<Counts extends StoreCounts>(
  { outcomes, ids, stored, failure, rejected }: StoredBatch<Counts>,
  { noun, verb, metrics }: BatchReport<Counts>,
): void {
  const valid = outcomes.length - rejected.length;
  const counts: Partial<Record<PropertyKey, number>> = {
    ...stored,
    // Messages of one order in one batch are one item, of which the others are repeats.
    repeated: stored ? stored.repeated + valid - ids.length : 0,
    rejected: rejected.length,
    failed: failure ? valid : 0,
  };
  const metricCounts = Object.fromEntries(
    Object.entries(metrics).map(([metric, count]) => [metric, counts[count] ?? 0]),
  );
  const reasons = [...rejected.flat().map(issueReason), ...(failure ? [reasonOf(failure)] : [])];
  publishMetrics({ Count: metricCounts });
  logger.info(`${noun} ${verb}`, { ...metricCounts, reasons: countReasons(reasons) });
  if (failure) logger.error(`${noun} not ${verb}`, { error: failure });
  for (const order_id of ids) logger.debug(failure ? `not ${verb}` : verb, { order_id });
}
