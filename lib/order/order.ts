import { hash } from 'node:crypto';
import * as z from 'zod/mini';
import { printable, received } from '../text.ts';
import { MAX_TIMESTAMP, toMilliseconds } from './timestamp.ts';

/**
 * SQS carries no lone surrogates, U+FFFE or U+FFFF, and no control characters but tab, LF and CR:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const CLEAN_TEXT = /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u;

const MAX_TEXT = 256;

/** Zod counts code points, of which 256 may be 1,024 bytes: more than the warehouse's columns hold (`0001-sales.sql`). */
const shortText = z.check<string>(({ value, issues }) => {
  if (value.length <= MAX_TEXT) return;
  issues.push({ code: 'too_big', origin: 'string', maximum: MAX_TEXT, inclusive: true, input: value });
});

const text = z.string().check(z.trim(), z.minLength(1), shortText, z.regex(CLEAN_TEXT));

const epochMilliseconds = z.transform((value: number | string, context) => {
  const milliseconds = toMilliseconds(value);
  if (milliseconds !== undefined) return milliseconds;
  context.issues.push({ code: 'custom', input: value });
  return z.NEVER;
});

const timestamp = z.pipe(
  z.pipe(z.union([z.number(), z.string()]), epochMilliseconds),
  z.number().check(z.minimum(0), z.maximum(MAX_TIMESTAMP), z.overwrite(withOneZero)),
);

/** What each field must be, by itself. */
export const orderFields = z.object({
  customer_name: text,
  email_id: z.string().check(z.trim(), z.maxLength(254), z.regex(z.regexes.email)),
  product_id: text,
  product_name: text,
  price: z.number().check(z.minimum(0), z.overwrite(withOneZero)),
  timestamp,
  order_id: z.optional(z.string().check(z.trim(), z.regex(/^[A-Za-z0-9._:-]{1,64}$/))),
});

export const ORDER_FIELDS = z.keyof(orderFields).options;

/** The six fields that every order is written with, normalised. */
export type OrderFields = Omit<z.output<typeof orderFields>, 'order_id'>;

/**
 * An order as its users write it (see `docs/architecture.md`), normalised on the way out: texts trimmed, `timestamp` in
 * integer epoch milliseconds, `order_id` always there. Lengths count UTF-16 code units. Unknown fields are dropped.
 */
export const orderSchema = z.pipe(
  orderFields,
  z.transform((order) => ({ ...order, order_id: order.order_id ?? deriveOrderId(order) })),
);

export type Order = z.output<typeof orderSchema>;

const TEXT_RULE = 'text of 1 to 256 characters without control characters or broken Unicode';

/** What each field must be, as errors say it. */
export const ORDER_RULES: Readonly<Record<keyof Order, string>> = {
  customer_name: TEXT_RULE,
  email_id: 'an e-mail address of at most 254 characters',
  product_id: TEXT_RULE,
  product_name: TEXT_RULE,
  price: 'a finite JSON number of at least 0',
  timestamp: 'epoch milliseconds, epoch seconds or an ISO 8601 date, from 1970 to 9999',
  order_id: '1 to 64 of the characters A-Z a-z 0-9 . _ : -',
};

/**
 * One reason why a value is not an order.
 *
 * | code | meaning |
 * |---|---|
 * | `not_json` | the text is blank or not JSON |
 * | `not_an_object` | JSON, but not an object |
 * | `missing` | a required field is absent |
 * | `invalid_type` | a field is of another JSON type, or a number that is not finite |
 * | `too_small`, `too_big` | a text is too short or too long, a number out of range |
 * | `invalid_format` | a text holds characters that it must not, or is no e-mail address or date |
 *
 * Rows of an order file add codes of their own, see `order-file.ts`.
 */
export interface OrderIssue {
  /** The field, or the empty string for the order as a whole. */
  path: string;
  code: string;
  /** Place, rule and value received (cut to 80 characters); one line, safe to print. */
  message: string;
}

export type ParsedOrder = { ok: true; order: Order } | { ok: false; errors: OrderIssue[] };

/** Judges one value against {@link orderSchema}. Never throws; reports every field that is wrong, each once. */
export function parseOrder(value: unknown): ParsedOrder {
  if (!isObject(value)) {
    return refuse('not_an_object', `order must be a JSON object, received ${received(value)}`);
  }
  const result = orderSchema.safeParse(value);
  if (result.success) return { ok: true, order: result.data };

  const errors = new Map<string, OrderIssue>();
  for (const issue of result.error.issues) {
    const path = String(issue.path[0]) as keyof Order;
    if (errors.has(path)) continue;
    const message = ruleBroken(path, value[path]);
    errors.set(path, { path, code: codeOf(issue, value[path]), message });
  }
  return { ok: false, errors: [...errors.values()] };
}

/** The same for one order as JSON text, such as a message body or a line of an order file. Never throws. */
export function parseOrderText(text: string): ParsedOrder {
  if (text.trim() === '') return refuse('not_json', 'order must be JSON, received blank text');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = printable((error as Error).message);
    return refuse('not_json', `order must be JSON (${reason}), received ${received(text)}`);
  }
  return parseOrder(value);
}

/** Judges a text by itself, by the rule that an order has for this field; normalises it likewise. Never throws. */
export function parseOrderField(
  field: 'email_id' | 'order_id',
  value: unknown,
): { ok: true; text: string } | { ok: false; message: string } {
  const { data } = orderFields.shape[field].safeParse(value);
  return data === undefined ? { ok: false, message: ruleBroken(field, value) } : { ok: true, text: data };
}

/** -0 is written as `0`: kept, the order would be another one when it is read again. */
function withOneZero(value: number): number {
  return value + 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(code: string, message: string): ParsedOrder {
  return { ok: false, errors: [{ path: '', code, message }] };
}

const ruleBroken = (field: keyof Order, value: unknown): string =>
  `${field} must be ${ORDER_RULES[field]}, received ${received(value)}`;

function codeOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'missing';
  if (issue.code === 'invalid_union') return 'invalid_type';
  return issue.code === 'custom' ? 'invalid_format' : issue.code;
}

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
