import type { SQSRecord } from 'aws-lambda';
import type { Queue } from '../aws/queue.ts';
import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { countReasons, issueReason, reasonOf } from '../observability/reasons.ts';
import type { OrderIssue } from '../order/order.ts';
import { type OrderConfirmed, parseOrderConfirmed } from '../order/order-confirmed.ts';
import { invalidMessage, type MessageOutcome, settleRecords } from './settle-records.ts';

export type ParsedItem<Item> = { ok: true; item: Item } | { ok: false; errors: readonly OrderIssue[] };

/** Counts of a batch that was stored. A consumer adds a count for each of its outcomes. */
export interface StoreCounts {
  /** Items that the store already had. */
  repeated: number;
}

/** The part of a consumer of confirmed orders that differs from the other consumers. */
export interface OrderConsumer<Item, Counts extends StoreCounts> {
  /** Converts a confirmed order to the item to store, or returns why it can't be stored. Must not throw. */
  parse(event: OrderConfirmed): ParsedItem<Item>;
  /** Stores items of different orders. Must be idempotent: if it throws, all items are stored again later. */
  store(items: Item[]): Promise<Counts>;
  report: BatchReport<Counts>;
}

/** Words and metrics for the report of a batch. */
export interface BatchReport<Counts extends StoreCounts> {
  /** Words of the log lines, such as `orders` and `fulfilled`: "orders fulfilled", "orders not fulfilled". */
  noun: string;
  verb: string;
  /** Metric names, each with the count that it publishes, in log order. Each message counts once. */
  metrics: Readonly<Record<string, keyof Counts | 'rejected' | 'failed'>>;
}

/** Result of storing a batch. */
export interface StoredBatch<Counts extends StoreCounts> {
  /** One outcome per record, in the same order. */
  outcomes: MessageOutcome[];
  /** Distinct ids of the orders to store. */
  ids: string[];
  /** Absent if there was nothing to store, or storing failed. */
  stored?: Counts;
  /** Error of the store. */
  failure?: Error;
  /** Issues of each record that can never be stored. */
  rejected: (readonly OrderIssue[])[];
}

/**
 * Stores a batch of messages, reports it, and settles its records.
 *
 * @param queue Queue that the records were received from.
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
 * Stores a batch of messages in one call, each order once. An invalid message fails alone and is redelivered after one second.
 * If the store fails, all other messages fail and are redelivered after the queue's visibility timeout. Never throws.
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
      return invalidMessage(parsed.errors);
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

/** Reports a batch in one log line and one metric line. Logs `order_id`s at debug level only, and never customer data. */
export function reportBatch<Counts extends StoreCounts>(
  { outcomes, ids, stored, failure, rejected }: StoredBatch<Counts>,
  { noun, verb, metrics }: BatchReport<Counts>,
): void {
  const valid = outcomes.length - rejected.length;
  const counts: Partial<Record<PropertyKey, number>> = {
    ...stored,
    // Several messages of one order in a batch are stored as one item; the others count as repeated.
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
