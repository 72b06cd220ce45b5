import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { inBatches } from '../../lib/batch/chunk.ts';
import { ORDER_FIELDS, type Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

/** Keys in the upload bucket by format. All files contain the same orders. */
export const FILE = { ndjson: 'orders.ndjson', csv: 'orders.csv', gzip: 'orders.ndjson.gz' } as const;
export type Format = keyof typeof FILE;

/** Number of orders per chunk of the stream. */
const PIECE = 1_000;

/** Returns an order file as a stream, since a million orders are some 300 MB. */
export function openFile(format: Format, count: number, seed: number): Readable {
  const orders = generateOrders({ count, seed });
  if (format === 'csv') return Readable.from(inPieces(orders, toCsvRow, `${ORDER_FIELDS.join()}\n`));
  const lines = Readable.from(inPieces(orders, (order) => `${JSON.stringify(order)}\n`));
  return format === 'gzip' ? lines.pipe(createGzip()) : lines;
}

function* inPieces(orders: Iterable<Order>, toText: (order: Order) => string, head = ''): Generator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  for (const batch of inBatches(orders, PIECE)) yield Buffer.from(batch.map(toText).join(''));
}

const toCsvRow = (order: Order): string =>
  `${ORDER_FIELDS.map((field) => toCell(String(order[field] ?? ''))).join()}\n`;

const toCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
