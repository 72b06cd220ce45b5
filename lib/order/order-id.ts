import { hash } from 'node:crypto';
import type { OrderFields } from './order.ts';

/**
 * The identity of an order that carries none: SHA-256 (64 hexadecimal digits) of its six normalised fields as canonical
 * JSON, that is with sorted keys and no white space (RFC 8785). The same order sent twice is the same order, however its
 * keys were ordered, its texts padded or its timestamp written.
 */
export function deriveOrderId(fields: OrderFields): string {
  const { customer_name, email_id, price, product_id, product_name, timestamp } = fields;
  return hash(
    'sha256',
    JSON.stringify({ customer_name, email_id, price, product_id, product_name, timestamp }),
  );
}
