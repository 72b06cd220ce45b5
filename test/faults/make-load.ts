import { gzipSync } from 'node:zlib';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { CSV_HEADER, toCsvRow } from '../order-file/to-csv.ts';

/** What is sent in one run, and what is to become of it. */
export interface Load {
  /** Bodies for the order queue, in the order of sending. */
  bodies: string[];
  /** Bodies for `POST /orders`. */
  requests: string[];
  files: { key: string; content: Buffer; rows: number; rejected: string[] }[];
  /** A file that cannot be read. */
  unreadable: { key: string; content: Buffer };
  /** Ids of all valid orders, each once, sorted. */
  valid: string[];
  /** How many valid orders are sent besides, each of them a second time. */
  duplicates: number;
  /** Bodies among `bodies` that are no orders. */
  invalid: string[];
}

/** Orders by each way in; of each hundred, so many are sent a second time. */
const COUNTS = { queue: 320, http: 60, csv: 120, ndjson: 100 };
const REPEATED_PER_CENT = 6;

/** Makes a load of 600 orders, some of them twice, and of what is not an order: always the same one for a seed. */
export function makeLoad(seed: number): Load {
  const orders = [...generateOrders({ count: 600, seed })];
  const take = (count: number) => orders.splice(0, count);
  const all = orders.map(({ order_id }) => order_id).sort();
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
  const text = (order: Order) => JSON.stringify(order);
  const bodies = [...queue.map(text), ...again.map(text)];
  for (const [index, body] of invalid.entries()) bodies.splice(40 * (index + 1), 0, body);

  const bad = { csv: 'Nobody,nowhere,P-1,Thing,minus one,never', ndjson: '{"customer_name":' };
  const csvRows = csv.map(toCsvRow);
  const ndjsonRows = ndjson.map(text);
  csvRows.splice(30, 0, bad.csv);
  ndjsonRows.splice(50, 0, bad.ndjson);
  return {
    bodies,
    requests: [http.slice(0, 1), http.slice(1, 25), http.slice(25)].map((part) => JSON.stringify(part)),
    files: [
      {
        key: 'orders/monday.csv',
        content: Buffer.from([CSV_HEADER, ...csvRows, ''].join('\n')),
        rows: csvRows.length,
        rejected: [bad.csv],
      },
      {
        key: 'orders/tuesday.ndjson.gz',
        content: gzipSync(ndjsonRows.join('\n')),
        rows: ndjsonRows.length,
        rejected: [bad.ndjson],
      },
    ],
    unreadable: { key: 'orders/broken.csv.gz', content: Buffer.from([0x1f, 0x8b, 0x08, 0, 1, 2, 3]) },
    valid: all,
    duplicates: again.length,
    invalid,
  };
}
