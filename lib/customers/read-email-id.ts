import { InvalidInputError } from '../invalid-input-error.ts';
import { parseOrderField } from '../order/order.ts';

/**
 * Reads whose confirmations a request is about: an object with an `email_id`, by the rule of an order's. Other fields
 * are ignored.
 *
 * Nothing is decoded here: API Gateway has decoded a path's parameters, and no address that the rule takes has a `%`, so
 * what was encoded twice is refused.
 *
 * @returns the address in lower case, since mail providers deliver every spelling of it to one mailbox, and SNS would
 *   have a subscription, and send a mail, for each
 * @throws InvalidInputError
 */
export function readEmailId(input: unknown): string {
  const { email_id } = Object(input) as { email_id?: unknown };
  const parsed = parseOrderField('email_id', email_id);
  if (parsed.ok) return parsed.text.toLowerCase();
  throw new InvalidInputError(parsed.message);
}
