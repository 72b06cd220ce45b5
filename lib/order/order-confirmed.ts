import { printable, received } from '../text.ts';
import { type Order, type OrderIssue, parseOrder } from './order.ts';
import { MAX_TIMESTAMP } from './timestamp.ts';

/** The `OrderConfirmed` event that subscribed queues receive. */
export interface OrderConfirmed {
  event: 'OrderConfirmed';
  order: Order;
  /** Epoch milliseconds. */
  confirmed_at: number;
}

export type ParsedOrderConfirmed =
  | { ok: true; event: OrderConfirmed }
  /**
   * Paths start at the event: `confirmed_at`, `order.price`. An unknown event type or an invalid `confirmed_at` has the code
   * `invalid_value`.
   */
  | { ok: false; errors: OrderIssue[] };

/** Parses and validates a message body from the order events topic. Never throws. */
export function parseOrderConfirmed(text: string): ParsedOrderConfirmed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = printable((error as Error).message);
    return refuse('', 'not_json', `event must be JSON (${reason}), received ${received(text)}`);
  }
  const { event, order, confirmed_at } = Object(value) as Partial<Record<keyof OrderConfirmed, unknown>>;
  if (event !== 'OrderConfirmed') {
    const code = event === undefined ? 'missing' : 'invalid_value';
    return refuse('event', code, `event must be "OrderConfirmed", received ${received(event)}`);
  }
  if (!isTimestamp(confirmed_at)) {
    const code = confirmed_at === undefined ? 'missing' : 'invalid_value';
    const rule = 'confirmed_at must be whole epoch milliseconds from 1970 to 9999';
    return refuse('confirmed_at', code, `${rule}, received ${received(confirmed_at)}`);
  }
  const parsed = parseOrder(order);
  if (parsed.ok) return { ok: true, event: { event, order: parsed.order, confirmed_at } };
  const errors = parsed.errors.map(({ path, code, message }) => {
    return { path: path ? `order.${path}` : 'order', code, message: path ? `order.${message}` : message };
  });
  return { ok: false, errors };
}

const isTimestamp = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIMESTAMP;

const refuse = (path: string, code: string, message: string): ParsedOrderConfirmed => ({
  ok: false,
  errors: [{ path, code, message }],
});
