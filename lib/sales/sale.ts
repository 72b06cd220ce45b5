import { type Database, readTime } from '../database/database.ts';
import type { Order } from '../order/order.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';
import type { ParsedItem } from '../records/order-consumer.ts';

/** One order as the warehouse holds it: a row of the table `sales`, and a line of a staged file. */
export interface Sale extends Pick<Order, 'order_id' | 'email_id' | 'product_id' | 'product_name'> {
  /**
   * Decimal with 4 places, such as `39.9000`: a price is rounded to that, here and not in the database, since `COPY` would
   * cut where `INSERT` rounds. As text, which JSON readers do not turn into a float on the way.
   * https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-json.html
   */
  price: string;
  /** ISO 8601, UTC, to the millisecond. */
  ordered_at: string;
  /** ISO 8601, UTC, to the millisecond. */
  confirmed_at: string;
}

/** What `numeric(20,4)` cannot hold: 16 digits are left of the point. */
const TOO_EXPENSIVE = 1e16;

/** Makes the sale of a confirmed order. Never throws. */
export function parseSale({ order, confirmed_at }: OrderConfirmed): ParsedItem<Sale> {
  if (order.price >= TOO_EXPENSIVE) {
    const message = `order.price must be below ${TOO_EXPENSIVE} for the warehouse, received ${order.price}`;
    return { ok: false, errors: [{ path: 'order.price', code: 'too_big', message }] };
  }
  const { order_id, email_id, product_id, product_name } = order;
  const item: Sale = {
    order_id,
    email_id,
    product_id,
    product_name,
    price: order.price.toFixed(4),
    ordered_at: new Date(order.timestamp).toISOString(),
    confirmed_at: new Date(confirmed_at).toISOString(),
  };
  return { ok: true, item };
}

const FIND = `
  SELECT order_id, email_id, product_id, product_name, CAST(price AS varchar) AS price,
    CAST(ordered_at AT TIME ZONE 'UTC' AS varchar) AS ordered_at,
    CAST(confirmed_at AT TIME ZONE 'UTC' AS varchar) AS confirmed_at
  FROM sales
  WHERE order_id = CAST(:order_id AS varchar)`;

/** The sale of an order; undefined where the warehouse does not have it (yet). */
export async function findSale(database: Database, orderId: string): Promise<Sale | undefined> {
  const [row] = await database.query(FIND, { order_id: orderId });
  if (!row) return undefined;
  const sale = row as Readonly<Record<keyof Sale, string>>;
  return { ...sale, ordered_at: readTime(row, 'ordered_at'), confirmed_at: readTime(row, 'confirmed_at') };
}
