import { printable, received } from '../text.ts';
import { type Order, type OrderIssue, parseOrder } from './order.ts';
import { MAX_TIMESTAMP } from './timestamp.ts';

/** `OrderConfirmed` as subscribed queues receive it. */
export interface OrderConfirmed {
  event: 'OrderConfirmed';
  order: Order;
  /** Epoch milliseconds. */
  confirmed_at: number;
}

export type ParsedOrderConfirmed =
  | { ok: true; event: OrderConfirmed }
  /**
   * With paths of the event: `confirmed_at`, `order.price`. `invalid_value` is a code of its own: the event is another one,
   * or was confirmed at no such time.
   */
  | { ok: false; errors: OrderIssue[] };

/** Judges the body of a message of the order events topic. Never throws. */
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
  if (!isMoment(confirmed_at)) {
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

const isMoment = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIMESTAMP;

const refuse = (path: string, code: string, message: string): ParsedOrderConfirmed => ({
  ok: false,
  errors: [{ path, code, message }],
});
