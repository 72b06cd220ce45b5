import { type Database, readCount } from '../database/database.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';
import type { OrderConsumer } from '../records/order-consumer.ts';

/** Counts of a batch of orders, which add up to it. */
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
export async function fulfillOrders(
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

/** Consumes confirmed orders as shipments. */
export const createFulfillment = (database: Database): OrderConsumer<OrderConfirmed, Fulfilled> => ({
  parse: (event) => ({ ok: true, item: event }),
  store: (events) => fulfillOrders(database, events, new Date()),
  report: {
    noun: 'orders',
    verb: 'fulfilled',
    metrics: {
      ShipmentsScheduled: 'scheduled',
      ShipmentsBackordered: 'backordered',
      ShipmentsRepeated: 'repeated',
      ShipmentsRejected: 'rejected',
      ShipmentsFailed: 'failed',
    },
  },
});

/** From the day on which stock is taken. */
const WORKING_DAYS = 3;

const SUNDAY = 0;
const SATURDAY = 6;

/**
 * The day on which an order is delivered whose stock is taken now: three working days later, Monday to Friday, by the
 * days of UTC. Holidays are not known.
 *
 * @returns `YYYY-MM-DD`
 */
export function deliveryDate(now: Date): string {
  const day = new Date(now);
  for (let left = WORKING_DAYS; left > 0; ) {
    day.setUTCDate(day.getUTCDate() + 1);
    if (day.getUTCDay() !== SATURDAY && day.getUTCDay() !== SUNDAY) left--;
  }
  return day.toISOString().slice(0, 10);
}
