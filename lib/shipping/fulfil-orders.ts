import type { Database } from '../database/database.ts';
import { readCount } from '../database/read-count.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';
import { deliveryDate } from './delivery-date.ts';

/** What became of a batch of orders, in numbers that add up to it. */
export interface Fulfilled {
  /** Have their stock and a delivery date. */
  scheduled: number;
  /** Wait for stock. */
  backordered: number;
  /** Had their shipment before: nothing was changed. */
  repeated: number;
}

/**
 * Makes a shipment of each order that has none, in one statement: all of them or, when it throws, none. The oldest get
 * what is in stock. See `docs/shipping.md`.
 *
 * @param events of orders with different `order_id`s
 * @param now when stock is taken, from which delivery dates follow
 * @throws DatabaseError
 */
export async function fulfilOrders(
  database: Database,
  events: readonly OrderConfirmed[],
  now: Date,
): Promise<Fulfilled> {
  const orders = events.map(({ order, confirmed_at }) => ({
    order_id: order.order_id,
    product_id: order.product_id,
    product_name: order.product_name,
    customer_name: order.customer_name,
    email_id: order.email_id,
    ordered_at: new Date(order.timestamp),
    confirmed_at: new Date(confirmed_at),
  }));
  const [counts] = await database.query(
    `SELECT CAST(scheduled AS text) AS scheduled, CAST(backordered AS text) AS backordered
    FROM fulfil(CAST(:orders AS jsonb), CAST(:delivery_date AS date))`,
    { orders: JSON.stringify(orders), delivery_date: deliveryDate(now) },
  );
  const scheduled = readCount(counts, 'scheduled');
  const backordered = readCount(counts, 'backordered');
  return { scheduled, backordered, repeated: events.length - scheduled - backordered };
}
