import * as z from 'zod/mini';
import { MAX_TIMESTAMP, toMilliseconds } from './timestamp.ts';

/** A kind of field value: its validation and its representation in CSV and JSON Schema. */
interface Kind {
  /** Validates and normalizes the JSON value. */
  schema: z.ZodMiniType<string | number | boolean>;
  /** The rule in words, for errors and docs: "price must be …". */
  rule: string;
  /** Type that a CSV cell is converted to. A cell that cannot be converted stays text, which the schema then rejects. */
  cell: 'text' | 'number' | 'boolean';
  /** Keywords that are added to zod's JSON Schema of the field, or replace its own. */
  jsonSchema?: Readonly<Record<string, unknown>>;
}

/** One field of an order. */
export interface OrderField extends Kind {
  /** Description of the field in the docs. */
  about: string;
  /**
   * `required`: an order without it is rejected. `optional`: an order may lack it. `derived`: computed from the identity
   * fields if absent (`order_id` only).
   */
  presence: 'required' | 'optional' | 'derived';
  /** Whether the field is part of the derived `order_id`: orders that differ only in this field are then different orders. */
  identity: boolean;
  /** Whether the field identifies the customer. The order history omits such fields. */
  personal: boolean;
  /** A valid JSON value. The generator uses it for fields that it has no values of its own for. */
  example: string | number | boolean;
}

/**
 * SQS rejects lone surrogates, U+FFFE, U+FFFF and all control characters except tab, LF and CR:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const CLEAN_TEXT = /^[^\p{Cc}\p{Cs}\uFFFE\uFFFF]*$/u;

const MAX_TEXT = 256;

/** Zod counts code points. 256 of those can be 1,024 bytes, more than the warehouse columns hold (`0001-sales.sql`). */
const shortText = z.check<string>(({ value, issues }) => {
  if (value.length <= MAX_TEXT) return;
  issues.push({ code: 'too_big', origin: 'string', maximum: MAX_TEXT, inclusive: true, input: value });
});

const epochMilliseconds = z.transform((value: number | string, context) => {
  const milliseconds = toMilliseconds(value);
  if (milliseconds !== undefined) return milliseconds;
  context.issues.push({ code: 'custom', input: value });
  return z.NEVER;
});

/** Turns -0 into 0. JSON writes -0 as `0`, so a kept -0 would change the order when it is read again. */
const withoutNegativeZero = (value: number): number => value + 0;

const text = {
  schema: z.string().check(z.trim(), z.minLength(1), shortText, z.regex(CLEAN_TEXT)),
  rule: 'text of 1 to 256 characters without control characters or broken Unicode',
  cell: 'text',
  // Not all validators support \p{…}, and some match each half of a surrogate pair separately.
  jsonSchema: { maxLength: MAX_TEXT, pattern: '^[^\\u0000-\\u001F\\u007F-\\u009F\\uFFFE\\uFFFF]*$' },
} as const satisfies Kind;

const emailAddress = {
  schema: z.string().check(z.trim(), z.maxLength(254), z.regex(z.regexes.email)),
  rule: 'an e-mail address of at most 254 characters',
  cell: 'text',
} as const satisfies Kind;

const identifier = {
  schema: z.string().check(z.trim(), z.regex(/^[A-Za-z0-9._:-]{1,64}$/)),
  rule: '1 to 64 of the characters A-Z a-z 0-9 . _ : -',
  cell: 'text',
} as const satisfies Kind;

const amount = {
  schema: z.number().check(z.minimum(0), z.overwrite(withoutNegativeZero)),
  rule: 'a finite JSON number of at least 0',
  cell: 'number',
} as const satisfies Kind;

const timestamp = {
  schema: z.pipe(
    z.pipe(z.union([z.number(), z.string()]), epochMilliseconds),
    z.number().check(z.minimum(0), z.maximum(MAX_TIMESTAMP), z.overwrite(withoutNegativeZero)),
  ),
  rule: 'epoch milliseconds, epoch seconds or an ISO 8601 date, from 1970 to 9999',
  cell: 'number',
} as const satisfies Kind;

/**
 * The fields of an order, one entry each. Validation, error messages, CSV columns, the derived `order_id`, generated orders
 * and the published contract (`docs/order.md`) are all derived from this table.
 */
export const orderFields = {
  customer_name: {
    ...text,
    about: 'Name of the customer; the confirmation e-mail greets them with it',
    presence: 'required',
    identity: true,
    personal: true,
    example: 'Jane Doe',
  },
  email_id: {
    ...emailAddress,
    about: 'E-mail address that the confirmation is sent to',
    presence: 'required',
    identity: true,
    personal: true,
    example: 'jane@example.com',
  },
  product_id: {
    ...text,
    about: 'Identifies the product, in inventory and reports',
    presence: 'required',
    identity: true,
    personal: false,
    example: 'P-1001',
  },
  product_name: {
    ...text,
    about: 'Name of the product; the confirmation e-mail shows it',
    presence: 'required',
    identity: true,
    personal: false,
    example: 'Kettle',
  },
  price: {
    ...amount,
    about: "Price of the order, in the shop's one currency",
    presence: 'required',
    identity: true,
    personal: false,
    example: 39.9,
  },
  timestamp: {
    ...timestamp,
    about: 'Time of the order; converted to whole epoch milliseconds',
    presence: 'required',
    identity: true,
    personal: false,
    example: 1795329424262,
  },
  order_id: {
    ...identifier,
    about: 'Identifies the order; derived from the identity fields if absent',
    presence: 'derived',
    identity: false,
    personal: false,
    example: 'A-1001',
  },
} as const satisfies Readonly<Record<string, OrderField>>;
