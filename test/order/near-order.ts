import fc, { type Arbitrary } from 'fast-check';
import { ORDER_FIELDS } from '../../lib/order/order.ts';
import { arbitraryOrder } from './arbitrary-order.ts';

type Fields = Record<string, unknown>;

/** Values at or just beyond the limits of a field's rule. */
const EDGES: unknown[] = [
  '',
  ' ',
  'x'.repeat(255),
  'x'.repeat(256),
  'x'.repeat(257),
  `${'x'.repeat(243)}@example.com`,
  `${'x'.repeat(242)}@example.com`,
  "o'@example.com",
  'jane.@example.com',
  'jane..doe@example.com',
  'jane@example',
  'jane@-example.com',
  'jane@example.c',
  '39.9',
  0,
  -0,
  -1e-9,
  -0.0004,
  1e11 - 1,
  1e11,
  253_402_300_799_999,
  253_402_300_800_000,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  '1969-12-31T23:59:59.999Z',
  '1969-12-31T23:30-01:00',
  '2024-02-29',
  '2100-02-29',
  '2026-11-22T24:00Z',
  '2026-11-22T10:00+01:',
  '2026-11-22T10',
  '2026-W47-7',
  '9999-12-31T23:59:59.9999Z',
  null,
  undefined,
  [],
  {},
];

const SPECIAL_CHARACTERS = [
  ...'\0\n\x1f \x7f\x85\xa0\ufeff\ufffe\uffff@.-:+,TZ0\'"\\',
  '\ud800',
  '\udc00',
  '🐉',
];

/** Adds, removes, repeats or replaces characters of a text. The new characters are ones that a rule checks for. */
export function nearText(text: string): Arbitrary<string> {
  return fc
    .record({
      at: fc.nat(text.length),
      take: fc.nat(2),
      put: fc.oneof(fc.constantFrom('', ...SPECIAL_CHARACTERS), fc.constant(text.slice(0, 3))),
    })
    .map(({ at, take, put }) => text.slice(0, at) + put + text.slice(at + take));
}

function changed(order: Fields): Arbitrary<Fields> {
  const field = fc.constantFrom(...ORDER_FIELDS);
  const put = (name: string, value: unknown): Fields => ({ ...order, [name]: value });
  return fc.oneof(
    field.map((name) => Object.fromEntries(Object.entries(order).filter(([key]) => key !== name))),
    fc.tuple(field, fc.jsonValue()).map(([name, value]) => put(name, value)),
    {
      weight: 3,
      arbitrary: fc.tuple(field, fc.constantFrom(...EDGES)).map(([name, value]) => put(name, value)),
    },
    {
      weight: 4,
      arbitrary: field.chain((name) => nearText(String(order[name])).map((text) => put(name, text))),
    },
    fc.tuple(field, field).map(([one, other]) => ({ ...order, [one]: order[other] })),
    fc.tuple(fc.string(), fc.jsonValue()).map(([name, value]) => put(name, value)),
  );
}

/** An order with up to three random changes, which may make it invalid. */
export const nearOrder: Arbitrary<Fields> = fc
  .tuple(
    arbitraryOrder.map((order): Fields => ({ ...order })),
    fc.nat(3),
  )
  .chain(([order, changes]) => {
    let result = fc.constant(order);
    for (let change = 0; change < changes; change++) result = result.chain(changed);
    return result;
  });
