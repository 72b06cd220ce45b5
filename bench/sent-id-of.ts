import { parseOrderText } from '../lib/order/order.ts';

/** The order that a message of the order queue carries. */
export function sentIdOf(body: string): string {
  const parsed = parseOrderText(body);
  return parsed.ok ? parsed.order.order_id : 'not an order';
}
