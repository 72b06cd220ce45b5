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

/** The fields that an order is written with, normalized. */
export type OrderFields = Flat<
  { [Name in NamesOf<'required'>]: Value<Name> } & { [Name in NamesOf<'optional'>]?: Value<Name> }
>;

/**
 * An order as its users write it (see `docs/order.md`), normalized: texts trimmed, `timestamp` in integer epoch
 * milliseconds, `order_id` always there. Lengths count UTF-16 code units. Unknown fields are dropped.
 */
export type Order = Flat<OrderFields & { [Name in NamesOf<'derived'>]: Value<Name> }>;

const table: readonly (OrderField & { name: keyof Order })[] = Object.entries(orderFields).map(
  ([name, field]) => ({ ...field, name: name as keyof Order }),
);

function namesWhere(isIncluded: (field: OrderField) => boolean): (keyof Order)[] {
  return table.filter(isIncluded).map(({ name }) => name);
}

export const ORDER_FIELDS: readonly (keyof Order)[] = namesWhere(() => true);

/** The fields that every order is written with. */
export const REQUIRED_FIELDS = namesWhere(
  ({ presence }) => presence === 'required',
) as readonly NamesOf<'required'>[];

/** The fields that an order is kept without where it is written without them. */
const OPTIONAL_FIELDS = namesWhere(({ presence }) => presence === 'optional');

/** What each field must be, as errors say it. */
export const ORDER_RULES = Object.fromEntries(table.map(({ name, rule }) => [name, rule])) as Readonly<
  Record<keyof Order, string>
>;

const fieldsSchema = z.object(
  Object.fromEntries(
    table.map(({ name, presence, schema }) => [name, presence === 'required' ? schema : z.optional(schema)]),
  ),
);

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

/** Judges one value by the rules of its fields. Never throws; reports every field that is wrong, each once. */
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
  const { data } = orderFields[field].schema.safeParse(value);
  return data === undefined ? { ok: false, message: ruleBroken(field, value) } : { ok: true, text: data };
}

/** @param fields the schema's own output, which becomes the order */
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

/** In the order of canonical JSON. */
const IDENTITY = namesWhere(({ identity }) => identity).sort() as (keyof OrderFields)[];

/**
 * The identity of an order that carries none: SHA-256 (64 hexadecimal digits) of its normalized fields, those of the identity,
 * as canonical JSON, that is with sorted keys and no white space (RFC 8785). The same order sent twice is the same order,
 * however its keys were ordered, its texts padded or its timestamp written. An optional field counts where it is there, so
 * that a new one leaves the identity of all orders without it as it was.
 */
export function deriveOrderId(fields: OrderFields): string {
  const identity: Partial<Record<keyof OrderFields, unknown>> = {};
  for (const name of IDENTITY) identity[name] = fields[name];
  // What is undefined is not written.
  return hash('sha256', JSON.stringify(identity));
}

/** The fields that an order's history shows: those that not every order has, and that do not say who the customer is. */
const DETAILS = namesWhere(({ presence, personal }) => presence === 'optional' && !personal);

/** An order's optional fields that are not personal. */
export type OrderDetails = Readonly<Record<string, string | number | boolean>>;

/** Returns what an order has besides the fields of every order, but nothing personal; undefined where that is nothing. */
export function detailsOf(order: Order): OrderDetails | undefined {
  const details = DETAILS.filter((name) => name in order).map((name) => [name, order[name]] as const);
  return details.length > 0 ? (Object.fromEntries(details) as OrderDetails) : undefined;
}
