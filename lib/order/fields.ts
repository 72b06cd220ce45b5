import * as z from 'zod/mini';
import { MAX_TIMESTAMP, toMilliseconds } from './timestamp.ts';

/** How one kind of value is written, checked and kept. */
interface Kind {
  /** Checks a value of the order's JSON, and normalizes it. */
  schema: z.ZodMiniType<string | number | boolean>;
  /** The same in words, as errors and docs say it: "price must be …". */
  rule: string;
  /** What a CSV cell becomes. One that is not written as a number or boolean stays text, for the schema to judge. */
  cell: 'text' | 'number' | 'boolean';
  /** What the published JSON Schema says besides, or instead of, what zod knows. */
  jsonSchema?: Readonly<Record<string, unknown>>;
}

/** One field of an order. */
export interface OrderField extends Kind {
  /** What the field holds, for readers of the docs. */
  about: string;
  /**
   * `required`: an order without it is refused. `optional`: left out of everything where it is missing. `derived`: where it is
   * missing, it is made of the identity; that is `order_id` alone.
   */
  presence: 'required' | 'optional' | 'derived';
  /** Whether two orders that differ in this field alone are two orders: it is part of the derived `order_id`. */
  identity: boolean;
  /** Whether it says who the customer is: then the order's history does not show it. */
  personal: boolean;
  /** One value, as JSON has it. Generated orders have it, too, in fields that the generator does not know. */
  example: string | number | boolean;
}

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

const epochMilliseconds = z.transform((value: number | string, context) => {
  const milliseconds = toMilliseconds(value);
  if (milliseconds !== undefined) return milliseconds;
  context.issues.push({ code: 'custom', input: value });
  return z.NEVER;
});

/** -0 is written as `0`: kept, the order would be another one when it is read again. */
const withOneZero = (value: number): number => value + 0;

const text = {
  schema: z.string().check(z.trim(), z.minLength(1), shortText, z.regex(CLEAN_TEXT)),
  rule: 'text of 1 to 256 characters without control characters or broken Unicode',
  cell: 'text',
  // Not all validators know \p{…}, and some take each half of a surrogate pair for a character.
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
  schema: z.number().check(z.minimum(0), z.overwrite(withOneZero)),
  rule: 'a finite JSON number of at least 0',
  cell: 'number',
} as const satisfies Kind;

const moment = {
  schema: z.pipe(
    z.pipe(z.union([z.number(), z.string()]), epochMilliseconds),
    z.number().check(z.minimum(0), z.maximum(MAX_TIMESTAMP), z.overwrite(withOneZero)),
  ),
  rule: 'epoch milliseconds, epoch seconds or an ISO 8601 date, from 1970 to 9999',
  cell: 'number',
} as const satisfies Kind;

/**
 * The fields of an order, one entry each: what an order file may have for columns, what is refused and why, the derived
 * `order_id`, generated orders, and the published contract (`docs/order.md`) all follow from this table.
 */
export const orderFields = {
  customer_name: {
    ...text,
    about: 'Name of the customer, as the e-mail greets them',
    presence: 'required',
    identity: true,
    personal: true,
    example: 'Jane Doe',
  },
  email_id: {
    ...emailAddress,
    about: 'Address that the confirmation is sent to',
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
    about: 'Name of the product, as the e-mail shows it',
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
    ...moment,
    about: 'When the customer ordered; becomes whole epoch milliseconds',
    presence: 'required',
    identity: true,
    personal: false,
    example: 1795329424262,
  },
  order_id: {
    ...identifier,
    about: 'Identifies the order; made of its identity where it is missing',
    presence: 'derived',
    identity: false,
    personal: false,
    example: 'A-1001',
  },
} as const satisfies Readonly<Record<string, OrderField>>;
