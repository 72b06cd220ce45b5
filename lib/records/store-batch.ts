import type { OrderIssue } from '../order/order.ts';
import { HOPELESS_RETRY_SECONDS, type RecordOutcome } from './settle-records.ts';

export type ParsedItem<Item> = { ok: true; item: Item } | { ok: false; errors: readonly OrderIssue[] };

/** How a batch is taken apart and stored. */
export interface StoreBatchOptions<Item, Stored> {
  parse: (body: string) => ParsedItem<Item>;
  /** Items with the same id are one: it is stored once. */
  idOf: (item: Item) => string;
  /** Stores all items or, when it throws, none. Must be idempotent, since messages may come again. */
  store: (items: Item[]) => Promise<Stored>;
}

/** What became of a batch. */
export interface StoredBatch<Stored> {
  /** One per record, in the order given. */
  outcomes: RecordOutcome[];
  /** Of the items that there were to store, once each. */
  ids: string[];
  /** What the store said; left out where it had nothing to store, or failed. */
  stored?: Stored;
  /** Why the store failed. */
  failure?: Error;
  /** Issues of the records that can never be stored. */
  rejected: (readonly OrderIssue[])[];
}

/**
 * Stores a batch of messages in one go. What cannot be stored fails alone and quickly; when the store fails, for a reason
 * that passes, all the others come back after the queue's visibility timeout. Never throws.
 */
export async function storeBatch<Item, Stored>(
  records: readonly { body: string }[],
  { parse, idOf, store }: StoreBatchOptions<Item, Stored>,
): Promise<StoredBatch<Stored>> {
  const items = new Map<string, Item>();
  const rejected: (readonly OrderIssue[])[] = [];
  const refusals = records.map(({ body }): RecordOutcome | undefined => {
    const parsed = parse(body);
    if (parsed.ok) {
      if (!items.has(idOf(parsed.item))) items.set(idOf(parsed.item), parsed.item);
      return undefined;
    }
    rejected.push(parsed.errors);
    const error = new Error(parsed.errors.map(({ message }) => message).join('; '));
    return { ok: false, error, retryInSeconds: HOPELESS_RETRY_SECONDS };
  });
  const settle = (outcome: RecordOutcome) => ({
    outcomes: refusals.map((refusal) => refusal ?? outcome),
    ids: [...items.keys()],
    rejected,
  });

  if (items.size === 0) return settle({ ok: true });
  try {
    const stored = await store([...items.values()]);
    return { ...settle({ ok: true }), stored };
  } catch (thrown) {
    const failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { ...settle({ ok: false, error: failure }), failure };
  }
}
