import type { Entry } from './entry.ts';
import { hostileOrder } from './hostile-order.ts';

/** Outcome of an event: it is stored, or dead-lettered for these reasons. */
export type EnvelopeOutcome = 'stored' | readonly string[];

/** A message body of the shipping and analytics queues, with the outcome for each consumer. */
type EnvelopeEntry = Entry<() => string, { fulfillment: EnvelopeOutcome; analytics: EnvelopeOutcome }>;

const NOT_JSON = [': not_json'];
const NO_EVENT = ['event: missing'];
const confirmed = (fields: object = {}, order: object = hostileOrder({ order_id: nextId() })): object => ({
  event: 'OrderConfirmed',
  order,
  confirmed_at: 1_795_329_424_262,
  ...fields,
});
let count = 0;
function nextId(): string {
  return `envelope-${++count}`;
}
const both = (name: string, body: unknown, outcome: EnvelopeOutcome, analytics = outcome): EnvelopeEntry => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { name: `event: ${name}`, input: () => text, expected: { fulfillment: outcome, analytics } };
};
const ordered = (fields: object): object => confirmed({}, hostileOrder({ order_id: nextId(), ...fields }));
const MISSING = ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp'].map(
  (field) => `order.${field}: missing`,
);
const BAD_TIME = ['confirmed_at: invalid_value'];

export const envelopes: EnvelopeEntry[] = [
  both('not JSON', 'hello', NOT_JSON),
  both('blank text', '  ', NOT_JSON),
  both('null', 'null', NO_EVENT),
  both('an array', [confirmed()], NO_EVENT),
  both('a number', '7', NO_EVENT),
  both('100,000 nested arrays', '['.repeat(100_000) + ']'.repeat(100_000), NO_EVENT),
  both('an order without its event', hostileOrder(), NO_EVENT),
  both('an order', confirmed(), 'stored'),
  both(
    'in an SNS envelope, as without raw delivery',
    { Type: 'Notification', Message: JSON.stringify(confirmed()) },
    NO_EVENT,
  ),
  both('in an SQS record', { Records: [{ body: JSON.stringify(confirmed()) }] }, NO_EVENT),
  both('an S3 event', { Records: [{ s3: {} }] }, NO_EVENT),
  both('an unknown event', confirmed({ event: 'OrderCanceled' }), ['event: invalid_value']),
  both('a lower-case event', confirmed({ event: 'orderconfirmed' }), ['event: invalid_value']),
  both('an array as the event', confirmed({ event: ['OrderConfirmed'] }), ['event: invalid_value']),
  both('unknown fields', confirmed({ version: 2, __proto__: null, note: 'x'.repeat(10_000) }), 'stored'),
  both('no order', confirmed({ order: undefined }), ['order: not_an_object']),
  both('an order as text', confirmed({ order: JSON.stringify(hostileOrder()) }), ['order: not_an_object']),
  both('an empty order', confirmed({}, {}), MISSING),
  both('an order in __proto__', `{"__proto__":${JSON.stringify(confirmed())}}`, NO_EVENT),
  both('a bad price', ordered({ price: -1 }), ['order.price: too_small']),
  both('a price that is too large for the warehouse', ordered({ price: 1e16 }), 'stored', [
    'order.price: too_big',
  ]),
  both('the largest double as the price', ordered({ price: Number.MAX_VALUE }), 'stored', [
    'order.price: too_big',
  ]),
  both('the largest price that the warehouse can store', ordered({ price: 9_999_999_999_999_998 }), 'stored'),
  both('a line break in a name', ordered({ customer_name: 'Jane\nDoe' }), [
    'order.customer_name: invalid_format',
  ]),
  both('a path as order_id', ordered({ order_id: '../x' }), ['order.order_id: invalid_format']),
  both(
    'texts of maximum length with three bytes per character',
    ordered({ customer_name: '李'.repeat(256), product_name: '龙'.repeat(256) }),
    'stored',
  ),
  both(
    'texts of maximum length in emoji',
    ordered({ customer_name: '🫖'.repeat(128), product_name: '🐉'.repeat(128) }),
    'stored',
  ),
  both('256 emoji', ordered({ product_name: '🫖'.repeat(256) }), ['order.product_name: too_big']),
  both(
    'SQL in every text',
    ordered({ customer_name: "'); DROP TABLE shipments;--", product_name: "' OR '1'='1" }),
    'stored',
  ),
  both(
    'characters that COPY and JSON escape',
    ordered({ product_name: '\\N "quoted" \\u0041 {}' }),
    'stored',
  ),
  both('no confirmed_at', confirmed({ confirmed_at: undefined }), ['confirmed_at: missing']),
  both('confirmed_at as text', confirmed({ confirmed_at: '2026-11-22' }), BAD_TIME),
  both('a fractional confirmed_at', confirmed({ confirmed_at: 1.5 }), BAD_TIME),
  both('confirmed_at before 1970', confirmed({ confirmed_at: -1 }), BAD_TIME),
  both('confirmed_at after 9999', confirmed({ confirmed_at: 1e15 }), BAD_TIME),
  both(
    'confirmed_at in the last millisecond of 9999',
    confirmed({ confirmed_at: 253_402_300_799_999 }),
    'stored',
  ),
];
