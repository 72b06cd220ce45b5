import { type Order, type OrderIssue, parseOrder } from './order.ts';
import { printable, received } from './received.ts';

/** `OrderConfirmed` as subscribed queues receive it. */
export interface OrderConfirmed {
  event: 'OrderConfirmed';
  order: Order;
  /** Epoch milliseconds. */
  confirmed_at: number;
}

export type ParsedOrderConfirmed =
  | { ok: true; event: OrderConfirmed }
  /** `OrderIssue`, with paths of the event: `confirmed_at`, `order.price`. */
  | { ok: false; errors: OrderIssue[] };

/** The last moment that a database's date functions and ours agree on: the end of the year 9999. */
const MAX_TIMESTAMP = Date.UTC(10_000, 0) - 1;

/** Judges the body of a message of the order events topic. Never throws. */
export function parseOrderConfirmed(text: string): ParsedOrderConfirmed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? printable(error.message) : 'unknown reason';
    return refuse('', 'not_json', `event must be JSON (${reason}), received ${received(text)}`);
  }
  const { event, order, confirmed_at } = Object(value) as Partial<Record<keyof OrderConfirmed, unknown>>;
  if (event !== 'OrderConfirmed') {
    return refuse('event', 'invalid_value', `event must be "OrderConfirmed", received ${received(event)}`);
  }
  const isMoment = typeof confirmed_at === 'number' && confirmed_at >= 0 && confirmed_at <= MAX_TIMESTAMP;
  if (!isMoment || !Number.isInteger(confirmed_at)) {
    const rule = 'confirmed_at must be whole epoch milliseconds from 1970 to 9999';
    return refuse('confirmed_at', 'invalid_type', `${rule}, received ${received(confirmed_at)}`);
  }
  const parsed = parseOrder(order);
  if (parsed.ok) return { ok: true, event: { event, order: parsed.order, confirmed_at } };
  const errors = parsed.errors.map(({ path, code, message }) => {
    return { path: path ? `order.${path}` : 'order', code, message: path ? `order.${message}` : message };
  });
  return { ok: false, errors };
}

const refuse = (path: string, code: string, message: string): ParsedOrderConfirmed => ({
  ok: false,
  errors: [{ path, code, message }],
});
