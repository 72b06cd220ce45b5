import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Entry, Item, Submission } from '../../harness/journal.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

/** Number of orders, out of 20, for each entry point. The others go to the queue. */
const ENTRIES_PER_20: Partial<Record<Entry, number>> = { http: 5, file: 3 };
/** Every 100th order is sent a second time through another entry point. Every 200th is followed by an invalid item. */
const DUPLICATE_EVERY = 100;
const INVALID_EVERY = 200;

const SEND_EVERY_MS = 250;
const FILE_EVERY_MS = 5_000;
const ORDERS_PER_REQUEST = 25;

export interface LoadOptions {
  /** New orders per second. */
  rate: number;
  seed: number;
  /** Duration of sending, in ms. */
  duration: number;
  /** Stops the load early. */
  signal: AbortSignal;
}

/** Yields submissions at a steady rate. Orders that are late are sent with the next submission. */
export async function* steadyLoad({ rate, seed, duration, signal }: LoadOptions): AsyncGenerator<Submission> {
  const items = generateItems(seed);
  const waiting: Record<Entry, Item[]> = { queue: [], http: [], file: [] };
  let orders = 0;
  let files = 0;

  /** Queues the items that are due after `elapsed` ms. */
  function queueDueItems(elapsed: number): void {
    while (orders < Math.floor((elapsed / 1_000) * rate)) {
      const { entry, ...item } = items.next().value as DueItem;
      if (item.kind === 'order') orders++;
      waiting[entry].push(item);
    }
  }

  function* submissions(...entries: Entry[]): Generator<Submission> {
    for (const entry of entries) {
      const due = waiting[entry];
      if (due.length === 0) continue;
      waiting[entry] = [];
      if (entry === 'queue') yield { entry, items: due };
      else if (entry === 'file') yield toFile(files++, due);
      else for (const part of chunk(due, { maxEntries: ORDERS_PER_REQUEST })) yield { entry, items: part };
    }
  }

  const start = Date.now();
  let fileAt = start;
  for (let elapsed = 0; elapsed < duration && !signal.aborted; elapsed = Date.now() - start) {
    queueDueItems(elapsed);
    yield* submissions('queue', 'http');
    if (Date.now() - fileAt >= FILE_EVERY_MS) {
      fileAt = Date.now();
      yield* submissions('file');
    }
    await sleep(SEND_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  if (!signal.aborted) queueDueItems(duration);
  yield* submissions('queue', 'http', 'file');
}

function toFile(number: number, items: readonly Item[]): Submission {
  const text = items.map((item) => `${item.text}\n`).join('');
  const isGzipped = number % 2 === 1;
  const key = `soak/${String(number).padStart(5, '0')}.ndjson${isGzipped ? '.gz' : ''}`;
  return { entry: 'file', items, key, content: isGzipped ? gzipSync(text) : Buffer.from(text) };
}

/** An item and its entry point. */
export type DueItem = Item & { entry: Entry };

/** Generates orders for all entry points, a few duplicates and a few invalid items. */
export function* generateItems(seed: number): Generator<DueItem> {
  let position = 0;
  for (const order of generateOrders({ count: Number.POSITIVE_INFINITY, seed })) {
    const entry = entryOf(position);
    const item = { text: JSON.stringify(order), orderId: order.order_id };
    yield { ...item, entry, kind: 'order' };
    position++;
    if (position % DUPLICATE_EVERY === 0)
      yield { ...item, entry: entry === 'queue' ? 'http' : 'queue', kind: 'duplicate' };
    if (position % INVALID_EVERY === 0) {
      const entries: Entry[] = ['queue', 'http', 'file'];
      const invalidEntry = entries[(position / INVALID_EVERY) % entries.length] ?? 'queue';
      yield { entry: invalidEntry, kind: 'invalid', text: JSON.stringify(invalidate(order)) };
    }
  }
}

function entryOf(position: number): Entry {
  const { http = 0, file = 0 } = ENTRIES_PER_20;
  const place = position % 20;
  if (place < http) return 'http';
  return place < http + file ? 'file' : 'queue';
}

const invalidate = ({ order_id, ...order }: Order) => ({
  ...order,
  order_id: `no-${order_id.slice(0, 40)}`,
  price: -1,
});
