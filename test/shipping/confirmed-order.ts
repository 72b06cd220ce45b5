import type { Order } from '../../lib/order/order.ts';
import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { seedOrder } from '../order/seed-order.ts';

/** Creates an event of the shipping queue for an order that was confirmed one second after it was placed. */
export function confirmedOrder(order_id: string, fields: Partial<Order> = {}): OrderConfirmed {
  const order = { ...seedOrder, order_id, ...fields };
  return { event: 'OrderConfirmed', order, confirmed_at: order.timestamp + 1_000 };
}
