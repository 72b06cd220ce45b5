import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Entry, Item, Parcel } from '../../harness/journal.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

/** Of 20 orders, so many come in this way; the others go to the queue. */
const OF_20: Partial<Record<Entry, number>> = { http: 5, file: 3 };
/** One order in so many is sent twice, by another way in, and one in so many has an invalid item besides it. */
const DUPLICATE_EVERY = 100;
const INVALID_EVERY = 200;

/** Ms between two portions, and between two order files. */
const PORTION_MS = 250;
const FILE_MS = 5_000;
/** Orders of one HTTP request. */
const PER_REQUEST = 25;

export interface LoadOptions {
  /** New orders a second. */
  rate: number;
  seed: number;
  /** Ms for which orders are sent. */
  duration: number;
  /** Ends it before its time. */
  signal: AbortSignal;
}

/** Yields a steady load, portion by portion, when each is due: whatever was not sent in time is due all the same. */
export async function* steadyLoad({ rate, seed, duration, signal }: LoadOptions): AsyncGenerator<Parcel> {
  const items = generateItems(seed);
  const waiting: Record<Entry, Item[]> = { queue: [], http: [], file: [] };
  let orders = 0;
  let files = 0;

  /** Takes what is due after so many ms. */
  function take(elapsed: number): void {
    while (orders < Math.floor((elapsed / 1_000) * rate)) {
      const { entry, ...item } = items.next().value as DueItem;
      if (item.kind === 'order') orders++;
      waiting[entry].push(item);
    }
  }

  function* portions(...entries: Entry[]): Generator<Parcel> {
    for (const entry of entries) {
      const due = waiting[entry];
      if (due.length === 0) continue;
      waiting[entry] = [];
      if (entry === 'queue') yield { entry, items: due };
      else if (entry === 'file') yield toFile(files++, due);
      else for (const part of chunk(due, { maxEntries: PER_REQUEST })) yield { entry, items: part };
    }
  }

  const start = Date.now();
  let fileAt = start;
  for (let elapsed = 0; elapsed < duration && !signal.aborted; elapsed = Date.now() - start) {
    take(elapsed);
    yield* portions('queue', 'http');
    if (Date.now() - fileAt >= FILE_MS) {
      fileAt = Date.now();
      yield* portions('file');
    }
    await sleep(PORTION_MS, undefined, { signal }).catch(() => undefined);
  }
  if (!signal.aborted) take(duration);
  yield* portions('queue', 'http', 'file');
}

function toFile(number: number, items: readonly Item[]): Parcel {
  const text = items.map((item) => `${item.text}\n`).join('');
  const isGzipped = number % 2 === 1;
  const key = `soak/${String(number).padStart(5, '0')}.ndjson${isGzipped ? '.gz' : ''}`;
  return { entry: 'file', items, key, content: isGzipped ? gzipSync(text) : Buffer.from(text) };
}

/** An item, with the way in by which it comes. */
export type DueItem = Item & { entry: Entry };

/** Generates what a shop's customers send: orders by all ways in, a few of them twice, and a few invalid items. */
export function* generateItems(seed: number): Generator<DueItem> {
  let position = 0;
  for (const order of generateOrders({ count: Number.POSITIVE_INFINITY, seed })) {
    const entry = entryOf(position);
    const item = { text: JSON.stringify(order), orderId: order.order_id };
    yield { ...item, entry, kind: 'order' };
    position++;
    if (position % DUPLICATE_EVERY === 0)
      yield { ...item, entry: entry === 'queue' ? 'http' : 'queue', kind: 'duplicate' };
    // By each way in turn.
    if (position % INVALID_EVERY === 0) {
      const ways: Entry[] = ['queue', 'http', 'file'];
      const way = ways[(position / INVALID_EVERY) % ways.length] ?? 'queue';
      yield { entry: way, kind: 'invalid', text: JSON.stringify(spoil(order)) };
    }
  }
}

function entryOf(position: number): Entry {
  const { http = 0, file = 0 } = OF_20;
  const place = position % 20;
  if (place < http) return 'http';
  return place < http + file ? 'file' : 'queue';
}

const spoil = ({ order_id, ...order }: Order) => ({
  ...order,
  order_id: `no-${order_id.slice(0, 40)}`,
  price: -1,
});
