import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Item, Submission } from '../../harness/journal.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import { ORDER_FIELDS, type Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

/** New orders in a load: in total, by entry point, and the percentage that is sent a second time. */
export const ORDERS = 600;
const COUNTS = { queue: 320, http: 60, csv: 120, ndjson: 100 };
const REPEATED_PERCENT = 6;
/** Pauses between batches of messages, and between requests or files. They spread the load over the time of the faults. */
const MESSAGES_PAUSE_MS = 60;
const PAUSE_MS = 10 * MESSAGES_PAUSE_MS;

const orderItem = (order: Order): Item => ({
  kind: 'order',
  text: JSON.stringify(order),
  orderId: order.order_id,
});
const invalidItem = (text: string): Item => ({ kind: 'invalid', text });

/**
 * Generates a load of 600 orders, some duplicates, invalid messages and rows, and an unreadable file. The same seed always gives
 * the same load.
 *
 * @returns The submissions of each entry point.
 */
export function generateLoad(seed: number): AsyncIterable<Submission>[] {
  const orders = [...generateOrders({ count: ORDERS, seed })];
  const take = (count: number) => orders.splice(0, count);
  const [queue, http, csv, ndjson] = [
    take(COUNTS.queue),
    take(COUNTS.http),
    take(COUNTS.csv),
    take(COUNTS.ndjson),
  ];

  const invalid = ['not JSON', '{"order_id":"no-fields"}', '[]', JSON.stringify({ ...queue[0], price: -1 })];
  const repeated = [...queue, ...http, ...csv, ...ndjson].filter(
    (_order, index) => index % 100 < REPEATED_PERCENT,
  );
  const messages = [
    ...queue.map(orderItem),
    ...repeated.map((order): Item => ({ ...orderItem(order), kind: 'duplicate' })),
  ];
  for (const [index, body] of invalid.entries()) messages.splice(40 * (index + 1), 0, invalidItem(body));

  const csvRows = csv.map((order) => ({
    ...orderItem(order),
    text: ORDER_FIELDS.map((field) => `"${String(order[field]).replaceAll('"', '""')}"`).join(','),
  }));
  csvRows.splice(30, 0, invalidItem('Nobody,nowhere,P-1,Thing,minus one,never'));
  const ndjsonRows = ndjson.map(orderItem);
  ndjsonRows.splice(50, 0, invalidItem('{"customer_name":'));
  const textsOf = (items: readonly Item[]) => items.map(({ text }) => text);
  const files: Submission[] = [
    {
      entry: 'file',
      key: 'orders/monday.csv',
      items: csvRows,
      content: Buffer.from([ORDER_FIELDS.join(','), ...textsOf(csvRows), ''].join('\n')),
    },
    {
      entry: 'file',
      key: 'orders/tuesday.ndjson.gz',
      items: ndjsonRows,
      content: gzipSync(textsOf(ndjsonRows).join('\n')),
    },
    // An invalid gzip file.
    {
      entry: 'file',
      key: 'orders/broken.csv.gz',
      items: [],
      content: Buffer.from([0x1f, 0x8b, 0x08, 0, 1, 2, 3]),
    },
  ];
  const requests = [http.slice(0, 1), http.slice(1, 25), http.slice(25)].map((part) => part.map(orderItem));
  return [
    paced(
      chunk(messages, { maxEntries: 10 }).map((items) => ({ entry: 'queue', items })),
      MESSAGES_PAUSE_MS,
    ),
    paced(
      requests.map((items) => ({ entry: 'http', items })),
      PAUSE_MS,
    ),
    paced(files, PAUSE_MS),
  ];
}

async function* paced(submissions: readonly Submission[], pause: number): AsyncGenerator<Submission> {
  for (const submission of submissions) {
    yield submission;
    await sleep(pause);
  }
}
