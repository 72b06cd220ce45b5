import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';

/** The ways in. */
export type Entry = 'queue' | 'http' | 'file';

/** Something that is sent: a new order, one that was sent before, or what is no order. */
export interface Item {
  entry: Entry;
  kind: 'order' | 'duplicate' | 'invalid';
  /** As JSON can hold it. */
  value: unknown;
  /** Of an order, new or not. */
  orderId?: string;
}

/** Of 20 orders, so many come in this way; the others go to the queue. */
const OF_20: Partial<Record<Entry, number>> = { http: 5, file: 3 };
/** One order in so many is sent twice, by another way in, and one in so many has something besides it that is no order. */
const DUPLICATE_EVERY = 100;
const INVALID_EVERY = 200;

/** What a shop's customers send: orders one after the other, by all ways in, a few of them twice, and a few that are none. */
export function* generateLoad(seed: number): Generator<Item> {
  let position = 0;
  for (const order of generateOrders({ count: Number.POSITIVE_INFINITY, seed })) {
    const entry = entryOf(position);
    yield { entry, kind: 'order', value: order, orderId: order.order_id };
    position++;
    if (position % DUPLICATE_EVERY === 0) {
      const again = entry === 'queue' ? 'http' : 'queue';
      yield { entry: again, kind: 'duplicate', value: order, orderId: order.order_id };
    }
    // By each way in turn.
    if (position % INVALID_EVERY === 0) {
      const ways: Entry[] = ['queue', 'http', 'file'];
      const way = ways[(position / INVALID_EVERY) % ways.length] ?? 'queue';
      yield { entry: way, kind: 'invalid', value: spoil(order) };
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
