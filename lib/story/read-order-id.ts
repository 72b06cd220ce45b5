import { InvalidInputError } from '../errors.ts';
import { parseOrderField } from '../order/order.ts';

/**
 * Reads which order is asked for: an object with its `order_id`. Other fields are ignored.
 *
 * @throws InvalidInputError
 */
export function readOrderId(input: unknown): string {
  const { order_id } = Object(input) as { order_id?: unknown };
  const parsed = parseOrderField('order_id', order_id);
  if (parsed.ok) return parsed.text;
  throw new InvalidInputError(parsed.message);
}
