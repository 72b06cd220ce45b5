import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER_FIELDS, parseOrder, parseOrderText } from '../../lib/order/order.ts';
import { propertyRuns } from '../property-runs.ts';
import { arbitraryOrder } from './arbitrary-order.ts';
import { nearOrder, nearText } from './near-order.ts';
import { orderByContract } from './order-by-contract.ts';

/** Results of the parser and of the reference implementation: the order, or undefined if it is invalid. */
function parseBoth(value: unknown) {
  const parsed = parseOrder(value);
  return [parsed.ok ? parsed.order : undefined, orderByContract(value)];
}

const ONE_SAFE_LINE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u;

/** Checks that an invalid order has errors, each with its field and a message that is safe to print. */
function expectReasons(parsed: ReturnType<typeof parseOrder>): void {
  if (parsed.ok) return;
  expect(parsed.errors).not.toEqual([]);
  for (const { path, message } of parsed.errors) {
    expect(['', ...ORDER_FIELDS]).toContain(path);
    expect(message).toMatch(ONE_SAFE_LINE);
    expect(message.length).toBeLessThan(1_200);
  }
  expect(new Set(parsed.errors.map(({ path }) => path)).size).toBe(parsed.errors.length);
}

describe('parseOrder', () => {
  it('accepts and normalizes every order that follows the contract', () => {
    fc.assert(
      fc.property(arbitraryOrder, (order) => {
        const [parsed, expected] = parseBoth(order);
        expect(parsed).toBeDefined();
        expect(parsed).toStrictEqual(expected);
      }),
      propertyRuns(300),
    );
  });

  it('agrees with the contract on nearly valid orders, and gives reasons for invalid ones', () => {
    fc.assert(
      fc.property(nearOrder, (value) => {
        const [parsed, expected] = parseBoth(value);
        expect(parsed).toStrictEqual(expected);
        expectReasons(parseOrder(value));
      }),
      propertyRuns(500),
    );
  });

  it('never throws for any value', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    const fields = fc.record(Object.fromEntries(ORDER_FIELDS.map((field) => [field, anything])));
    fc.assert(
      fc.property(fc.oneof(anything, fields), (value) => expectReasons(parseOrder(value))),
      propertyRuns(200),
    );
  });

  it('returns the same order when it parses its own output', () => {
    fc.assert(
      fc.property(arbitraryOrder, (written) => {
        const parsed = parseOrder(written);
        expect(parseOrderText(JSON.stringify(parsed.ok && parsed.order))).toStrictEqual(parsed);
      }),
      propertyRuns(300),
    );
  });
});

describe('parseOrderText', () => {
  it('never throws, and agrees with JSON.parse followed by the contract', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      nearOrder.map((value) => JSON.stringify(value)),
      arbitraryOrder.chain((order) => nearText(JSON.stringify(order))),
    );
    fc.assert(
      fc.property(text, (json) => {
        const parsed = parseOrderText(json);
        expectReasons(parsed);
        let expected: unknown;
        try {
          expected = orderByContract(JSON.parse(json));
        } catch {
          expect(parsed).toMatchObject({ ok: false, errors: [{ path: '', code: 'not_json' }] });
        }
        expect(parsed.ok ? parsed.order : undefined).toStrictEqual(expected);
      }),
      propertyRuns(500),
    );
  });
});
