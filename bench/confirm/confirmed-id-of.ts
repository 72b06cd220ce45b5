import { parseOrderConfirmed } from '../../lib/order/order-confirmed.ts';

/** The order that a message of the topic confirms. */
export function confirmedIdOf(body: string): string {
  const parsed = parseOrderConfirmed(body);
  return parsed.ok ? parsed.event.order.order_id : 'no confirmation';
}
