import type { Entry } from './entry.ts';
import { hostileOrder } from './hostile-order.ts';

/** What a function of an event's queue does with a message: stores it, or names the faults for which it ends in the DLQ. */
export type EnvelopeOutcome = 'stored' | readonly string[];

/** Bodies of the shipping and the analytics queue, and what fulfillment and analytics make of them. */
type EnvelopeEntry = Entry<() => string, { fulfillment: EnvelopeOutcome; analytics: EnvelopeOutcome }>;

const NOT_JSON = [': not_json'];
const NO_EVENT = ['event: missing'];
const confirmed = (fields: object = {}, order: object = hostileOrder({ order_id: nextId() })): object => ({
  event: 'OrderConfirmed',
  order,
  confirmed_at: 1_795_329_424_262,
  ...fields,
});
let made = 0;
function nextId(): string {
  return `envelope-${++made}`;
}
const both = (name: string, body: unknown, outcome: EnvelopeOutcome, analytics = outcome): EnvelopeEntry => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { name: `event: ${name}`, input: () => text, expected: { fulfillment: outcome, analytics } };
};
const ordered = (fields: object): object => confirmed({}, hostileOrder({ order_id: nextId(), ...fields }));
const MISSING = ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp'].map(
  (field) => `order.${field}: missing`,
);
const BAD_MOMENT = ['confirmed_at: invalid_value'];

export const envelopes: EnvelopeEntry[] = [
  both('not JSON', 'hello', NOT_JSON),
  both('blank', '  ', NOT_JSON),
  both('null', 'null', NO_EVENT),
  both('an array', [confirmed()], NO_EVENT),
  both('a number', '7', NO_EVENT),
  both('100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), NO_EVENT),
  both('an order without its event', hostileOrder(), NO_EVENT),
  both('an order', confirmed(), 'stored'),
  both(
    'in an SNS envelope, as without raw delivery',
    { Type: 'Notification', Message: JSON.stringify(confirmed()) },
    NO_EVENT,
  ),
  both('in an SQS record', { Records: [{ body: JSON.stringify(confirmed()) }] }, NO_EVENT),
  both('an S3 event', { Records: [{ s3: {} }] }, NO_EVENT),
  both('another event', confirmed({ event: 'OrderCancelled' }), ['event: invalid_value']),
  both('an event in small letters', confirmed({ event: 'orderconfirmed' }), ['event: invalid_value']),
  both('an event in an array', confirmed({ event: ['OrderConfirmed'] }), ['event: invalid_value']),
  both('unknown fields', confirmed({ version: 2, __proto__: null, note: 'x'.repeat(10_000) }), 'stored'),
  both('no order', confirmed({ order: undefined }), ['order: not_an_object']),
  both('an order as text', confirmed({ order: JSON.stringify(hostileOrder()) }), ['order: not_an_object']),
  both('an empty order', confirmed({}, {}), MISSING),
  both('an order in __proto__', `{"__proto__":${JSON.stringify(confirmed())}}`, NO_EVENT),
  both('a bad price', ordered({ price: -1 }), ['order.price: too_small']),
  both('a price that the warehouse has no room for', ordered({ price: 1e16 }), 'stored', [
    'order.price: too_big',
  ]),
  both('the greatest double for a price', ordered({ price: Number.MAX_VALUE }), 'stored', [
    'order.price: too_big',
  ]),
  both(
    'the greatest price that the warehouse has room for',
    ordered({ price: 9_999_999_999_999_998 }),
    'stored',
  ),
  both('a line break in a name', ordered({ customer_name: 'Jane\nDoe' }), [
    'order.customer_name: invalid_format',
  ]),
  both('an order_id up a folder', ordered({ order_id: '../x' }), ['order.order_id: invalid_format']),
  both(
    'texts as long as they may be, three bytes a letter',
    ordered({ customer_name: '李'.repeat(256), product_name: '龙'.repeat(256) }),
    'stored',
  ),
  both(
    'texts as long as they may be, in emoji',
    ordered({ customer_name: '🫖'.repeat(128), product_name: '🐉'.repeat(128) }),
    'stored',
  ),
  both('256 emoji', ordered({ product_name: '🫖'.repeat(256) }), ['order.product_name: too_big']),
  both(
    'SQL in every text',
    ordered({ customer_name: "'); DROP TABLE shipments;--", product_name: "' OR '1'='1" }),
    'stored',
  ),
  both('what COPY and JSON escape', ordered({ product_name: '\\N "quoted" \\u0041 {}' }), 'stored'),
  both('no moment', confirmed({ confirmed_at: undefined }), ['confirmed_at: missing']),
  both('a moment as text', confirmed({ confirmed_at: '2026-11-22' }), BAD_MOMENT),
  both('a moment with a fraction', confirmed({ confirmed_at: 1.5 }), BAD_MOMENT),
  both('a moment before 1970', confirmed({ confirmed_at: -1 }), BAD_MOMENT),
  both('a moment after 9999', confirmed({ confirmed_at: 1e15 }), BAD_MOMENT),
  both('the last moment of 9999', confirmed({ confirmed_at: 253_402_300_799_999 }), 'stored'),
];
