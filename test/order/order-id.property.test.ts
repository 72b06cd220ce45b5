import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveOrderId, type OrderFields, parseOrderText } from '../../lib/order/order.ts';
import { propertyRuns } from '../property-runs.ts';
import {
  arbitraryEmail,
  arbitraryMoment,
  arbitraryPrice,
  arbitraryText,
  padded,
  writtenMoment,
} from './arbitrary-order.ts';

const FIELDS: { [Field in keyof OrderFields]: Arbitrary<OrderFields[Field]> } = {
  customer_name: arbitraryText,
  email_id: arbitraryEmail,
  product_id: arbitraryText,
  product_name: arbitraryText,
  price: arbitraryPrice,
  timestamp: arbitraryMoment,
};

const fields = fc.record(FIELDS);

/** The same six fields as JSON text, with random key order, padding, formats and unknown fields. */
function written(order: OrderFields): Arbitrary<string> {
  const { customer_name, email_id, product_id, product_name, price, timestamp } = order;
  const known = {
    customer_name: padded(customer_name),
    email_id: padded(email_id),
    product_id: padded(product_id),
    product_name: padded(product_name),
    price: fc.constant(price),
    timestamp: writtenMoment(timestamp),
  };
  const unknown = fc.dictionary(
    fc.string().filter((key) => !Object.hasOwn({ ...known, order_id: '' }, key)),
    fc.jsonValue(),
    { maxKeys: 3 },
  );
  return fc
    .record({ values: fc.record(known), unknown, indent: fc.constantFrom('', ' ', '\t', ' \r\n ') })
    .chain(({ values, unknown: others, indent }) => {
      const entries = [...Object.entries(values), ...Object.entries(others)];
      return fc
        .shuffledSubarray(entries, { minLength: entries.length })
        .map((shuffled) => indent + JSON.stringify(Object.fromEntries(shuffled), null, indent) + indent);
    });
}

function idOf(text: string): string {
  const parsed = parseOrderText(text);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join('; '));
  return parsed.order.order_id;
}

describe('the derived order_id', () => {
  it('depends only on the six identity fields, not on key order, white space or unknown fields', () => {
    const order = fields.chain((six) => fc.record({ six: fc.constant(six), text: written(six) }));
    fc.assert(
      fc.property(order, ({ six, text }) => {
        expect(idOf(text)).toBe(deriveOrderId(six));
      }),
      propertyRuns(300),
    );
  });

  it('changes when any of the six identity fields changes', () => {
    const change = fc
      .constantFrom(...(Object.keys(FIELDS) as (keyof OrderFields)[]))
      .chain((field) =>
        fc.record({ one: fields, field: fc.constant(field), value: FIELDS[field] as Arbitrary<unknown> }),
      );
    fc.assert(
      fc.property(change, ({ one, field, value }) => {
        fc.pre(JSON.stringify(one[field]) !== JSON.stringify(value));
        const other = { ...one, [field]: value };
        expect(idOf(JSON.stringify(other))).not.toBe(idOf(JSON.stringify(one)));
      }),
      propertyRuns(300),
    );
  });

  it('changes when a character moves from one field to another', () => {
    const pair = fields.chain((six) => {
      const text = six.customer_name + six.product_name;
      return fc.record({ six: fc.constant(six), text: fc.constant(text), at: fc.nat(text.length) });
    });
    fc.assert(
      fc.property(pair, ({ six, text, at }) => {
        const other = { ...six, customer_name: text.slice(0, at), product_name: text.slice(at) };
        expect(deriveOrderId(other) === deriveOrderId(six)).toBe(at === six.customer_name.length);
      }),
      propertyRuns(100),
    );
  });
});
