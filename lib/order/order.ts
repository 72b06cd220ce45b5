import { hash } from 'node:crypto';
import * as z from 'zod/mini';
import { printable, received } from '../text.ts';
import { type OrderField, orderFields } from './fields.ts';

type Table = typeof orderFields;
type Presence = OrderField['presence'];
type NamesOf<Of extends Presence> = {
  [Name in keyof Table]: Table[Name]['presence'] extends Of ? Name : never;
}[keyof Table];
type Value<Name extends keyof Table> = z.output<Table[Name]['schema']>;
type Flat<Fields> = { [Name in keyof Fields]: Fields[Name] };

/** The normalized fields of an order, without the derived `order_id`. */
export type OrderFields = Flat<
  { [Name in NamesOf<'required'>]: Value<Name> } & { [Name in NamesOf<'optional'>]?: Value<Name> }
>;

/**
 * A validated and normalized order (see `docs/order.md`): texts are trimmed, `timestamp` is in integer epoch milliseconds, and
 * `order_id` is always set. Lengths count UTF-16 code units. Unknown fields are dropped.
 */
export type Order = Flat<OrderFields & { [Name in NamesOf<'derived'>]: Value<Name> }>;

const table: readonly (OrderField & { name: keyof Order })[] = Object.entries(orderFields).map(
  ([name, field]) => ({ ...field, name: name as keyof Order }),
);

function namesWhere(isIncluded: (field: OrderField) => boolean): (keyof Order)[] {
  return table.filter(isIncluded).map(({ name }) => name);
}

export const ORDER_FIELDS: readonly (keyof Order)[] = namesWhere(() => true);

/** The fields that every sender must set. */
export const REQUIRED_FIELDS = namesWhere(
  ({ presence }) => presence === 'required',
) as readonly NamesOf<'required'>[];

const OPTIONAL_FIELDS = namesWhere(({ presence }) => presence === 'optional');

/** The rule of each field in words, as error messages show it. */
export const ORDER_RULES = Object.fromEntries(table.map(({ name, rule }) => [name, rule])) as Readonly<
  Record<keyof Order, string>
>;

const fieldsSchema = z.object(
  Object.fromEntries(
    table.map(({ name, presence, schema }) => [name, presence === 'required' ? schema : z.optional(schema)]),
  ),
);

/**
 * One reason why a value is not a valid order.
 *
 * | code | meaning |
 * |---|---|
 * | `not_json` | the text is blank or not JSON |
 * | `not_an_object` | JSON, but not an object |
 * | `missing` | a required field is absent |
 * | `invalid_type` | a field has the wrong JSON type, or is a number that is not finite |
 * | `too_small`, `too_big` | a text is too short or too long, or a number is out of range |
 * | `invalid_format` | a text has characters that are not allowed, or is not an e-mail address or date |
 *
 * Rows of an order file have further codes, see `order-file.ts`.
 */
export interface OrderIssue {
  /** The field, or the empty string for the order as a whole. */
  path: string;
  code: string;
  /** Names the field, its rule and the received value (truncated to 80 characters). One line, safe to print. */
  message: string;
}

export type ParsedOrder = { ok: true; order: Order } | { ok: false; errors: OrderIssue[] };

/** Validates and normalizes one value. Never throws; reports each invalid field once. */
export function parseOrder(value: unknown): ParsedOrder {
  if (!isObject(value)) {
    return refuse('not_an_object', `order must be a JSON object, received ${received(value)}`);
  }
  const result = fieldsSchema.safeParse(value);
  if (result.success) return { ok: true, order: complete(result.data) };

  const errors = new Map<string, OrderIssue>();
  for (const issue of result.error.issues) {
    const path = String(issue.path[0]) as keyof Order;
    if (errors.has(path)) continue;
    const message = ruleBroken(path, value[path]);
    errors.set(path, { path, code: codeOf(issue, value[path]), message });
  }
  return { ok: false, errors: [...errors.values()] };
}

/** Parses and validates one order from JSON text, such as a message body or a line of an order file. Never throws. */
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

/** Validates and normalizes the value of a single field. Never throws. */
export function parseOrderField(
  field: 'email_id' | 'order_id',
  value: unknown,
): { ok: true; text: string } | { ok: false; message: string } {
  const { data } = orderFields[field].schema.safeParse(value);
  return data === undefined ? { ok: false, message: ruleBroken(field, value) } : { ok: true, text: data };
}

/** Turns the schema's output into the order, in place. */
function complete(fields: Record<string, unknown>): Order {
  for (const name of OPTIONAL_FIELDS) if (fields[name] === undefined) delete fields[name];
  fields.order_id ??= deriveOrderId(fields as OrderFields);
  return fields as Order;
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

/** The fields that identify an order, sorted as canonical JSON requires. */
const IDENTITY = namesWhere(({ identity }) => identity).sort() as (keyof OrderFields)[];

/**
 * Derives the `order_id` of an order that has none: the SHA-256 (64 hexadecimal digits) of its normalized identity fields as
 * canonical JSON (RFC 8785: sorted keys, no white space). An order that is sent twice gets the same id, regardless of key
 * order, padding or timestamp format. Absent optional fields are omitted, so adding one keeps the ids of existing orders.
 */
export function deriveOrderId(fields: OrderFields): string {
  const identity: Partial<Record<keyof OrderFields, unknown>> = {};
  for (const name of IDENTITY) identity[name] = fields[name];
  // JSON.stringify omits undefined values.
  return hash('sha256', JSON.stringify(identity));
}

/** The optional fields that the order history may show. */
const DETAILS = namesWhere(({ presence, personal }) => presence === 'optional' && !personal);

/** An order's optional fields that are not personal. */
export type OrderDetails = Readonly<Record<string, string | number | boolean>>;

/** Returns an order's optional fields that are not personal; undefined if it has none. */
export function detailsOf(order: Order): OrderDetails | undefined {
  const details = DETAILS.filter((name) => name in order).map((name) => [name, order[name]] as const);
  return details.length > 0 ? (Object.fromEntries(details) as OrderDetails) : undefined;
}
