import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Item, Parcel } from '../../harness/journal.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import { ORDER_FIELDS, type Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

/** New orders in a load, all of them together and by each way in; of each hundred, so many are sent a second time. */
export const ORDERS = 600;
const COUNTS = { queue: 320, http: 60, csv: 120, ndjson: 100 };
const REPEATED_PER_CENT = 6;
/** Ms between two batches of messages, and between two requests or files: the load is still coming in while things go wrong. */
const MESSAGES_PAUSE = 60;
const PAUSE = 10 * MESSAGES_PAUSE;

const orderItem = (order: Order): Item => ({
  kind: 'order',
  text: JSON.stringify(order),
  orderId: order.order_id,
});
const invalidItem = (text: string): Item => ({ kind: 'invalid', text });

/**
 * Makes a load of 600 orders, some of them sent twice, of invalid bodies and rows, and of a file that cannot be read: always
 * the same one for a seed.
 *
 * @returns a lane for each way in
 */
export function makeLoad(seed: number): AsyncIterable<Parcel>[] {
  const orders = [...generateOrders({ count: ORDERS, seed })];
  const take = (count: number) => orders.splice(0, count);
  const [queue, http, csv, ndjson] = [
    take(COUNTS.queue),
    take(COUNTS.http),
    take(COUNTS.csv),
    take(COUNTS.ndjson),
  ];

  const invalid = ['not JSON', '{"order_id":"no-fields"}', '[]', JSON.stringify({ ...queue[0], price: -1 })];
  const again = [...queue, ...http, ...csv, ...ndjson].filter(
    (_order, index) => index % 100 < REPEATED_PER_CENT,
  );
  const messages = [
    ...queue.map(orderItem),
    ...again.map((order): Item => ({ ...orderItem(order), kind: 'duplicate' })),
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
  const files: Parcel[] = [
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
    // Cannot be read.
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
      MESSAGES_PAUSE,
    ),
    paced(
      requests.map((items) => ({ entry: 'http', items })),
      PAUSE,
    ),
    paced(files, PAUSE),
  ];
}

async function* paced(parcels: readonly Parcel[], pause: number): AsyncGenerator<Parcel> {
  for (const parcel of parcels) {
    yield parcel;
    await sleep(pause);
  }
}
