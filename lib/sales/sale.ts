import { type Database, readTime } from '../database/database.ts';
import type { Order } from '../order/order.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';
import type { ParsedItem } from '../records/order-consumer.ts';

/** An order in the warehouse: a row of the table `sales`, or a line of a staged file. */
export interface Sale extends Pick<Order, 'order_id' | 'email_id' | 'product_id' | 'product_name'> {
  /**
   * Decimal with 4 places, such as `39.9000`. It is rounded here rather than in the database, since `COPY` truncates and
   * `INSERT` rounds, and is a string, so that no JSON parser converts it to a float.
   * https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-json.html
   */
  price: string;
  /** ISO 8601, UTC, to the millisecond. */
  ordered_at: string;
  /** ISO 8601, UTC, to the millisecond. */
  confirmed_at: string;
}

/** Exclusive limit of `numeric(20,4)`, which has 16 digits before the decimal point. */
const PRICE_LIMIT = 1e16;

/** Converts a confirmed order to a sale. Never throws. */
export function parseSale({ order, confirmed_at }: OrderConfirmed): ParsedItem<Sale> {
  if (order.price >= PRICE_LIMIT) {
    const message = `order.price must be below ${PRICE_LIMIT} for the warehouse, received ${order.price}`;
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

/** Finds the sale of an order. Returns undefined if the warehouse does not have it (yet). */
export async function findSale(database: Database, orderId: string): Promise<Sale | undefined> {
  const [row] = await database.query(FIND, { order_id: orderId });
  if (!row) return undefined;
  const sale = row as Readonly<Record<keyof Sale, string>>;
  return { ...sale, ordered_at: readTime(row, 'ordered_at'), confirmed_at: readTime(row, 'confirmed_at') };
}
