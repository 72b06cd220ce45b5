import { type Database, readCount } from '../database/database.ts';
import type { OrderConfirmed } from '../order/order-confirmed.ts';
import type { OrderConsumer } from '../records/order-consumer.ts';

/** Number of orders by outcome. The counts add up to the size of the batch. */
export interface FulfillmentCounts {
  /** Orders with stock and a delivery date. */
  scheduled: number;
  /** Orders that wait for stock. */
  backordered: number;
  /** Orders that already had a shipment, which stays unchanged. */
  repeated: number;
}

/**
 * Creates a shipment for each order that has none, in one SQL statement: all of them or, if it throws, none. The oldest orders
 * get the stock. See `docs/shipping.md`.
 *
 * @param events Events of orders with different `order_id`s.
 * @param now Time at which stock is reserved; delivery dates are counted from it.
 * @throws DatabaseError
 */
export async function fulfillOrders(
  database: Database,
  events: readonly OrderConfirmed[],
  now: Date,
): Promise<FulfillmentCounts> {
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

/** Creates the consumer that fulfills confirmed orders. */
export const createFulfillment = (database: Database): OrderConsumer<OrderConfirmed, FulfillmentCounts> => ({
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

/** Working days from reserving stock to delivery. */
const DELIVERY_DAYS = 3;

const SUNDAY = 0;
const SATURDAY = 6;

/**
 * Returns the delivery date of an order whose stock is reserved now: three working days (Monday to Friday, in UTC) later. Does
 * not consider holidays.
 *
 * @returns `YYYY-MM-DD`
 */
export function deliveryDate(now: Date): string {
  const day = new Date(now);
  for (let left = DELIVERY_DAYS; left > 0; ) {
    day.setUTCDate(day.getUTCDate() + 1);
    if (day.getUTCDay() !== SATURDAY && day.getUTCDay() !== SUNDAY) left--;
  }
  return day.toISOString().slice(0, 10);
}
