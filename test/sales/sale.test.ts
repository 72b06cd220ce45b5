import { describe, expect, test } from 'vitest';
import { parseOrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { parseSale } from '../../lib/sales/sale.ts';
import { seedOrder } from '../order/seed-order.ts';

/** Parses a message body like analytics. */
function parseBody(body: string) {
  const confirmed = parseOrderConfirmed(body);
  return confirmed.ok ? parseSale(confirmed.event) : confirmed;
}

const parse = (order: object, confirmed_at: unknown = 1_795_771_800_000) =>
  parseBody(JSON.stringify({ event: 'OrderConfirmed', order: { ...seedOrder, ...order }, confirmed_at }));

const saleOf = (order: object, confirmed_at?: number) => {
  const parsed = parse(order, confirmed_at);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.item;
};

describe('parseSale', () => {
  test('converts a confirmed order, without the customer name and with ISO 8601 times', () => {
    const order = {
      customer_name: 'Jane Doe',
      email_id: 'jane@example.com',
      product_id: 'P-1001',
      product_name: 'Kettle',
      price: 39.9,
      timestamp: 1_795_766_400_123,
      order_id: 'o-1',
    };
    expect(saleOf(order, 1_795_771_800_000)).toEqual({
      order_id: 'o-1',
      email_id: 'jane@example.com',
      product_id: 'P-1001',
      product_name: 'Kettle',
      price: '39.9000',
      ordered_at: '2026-11-27T08:00:00.123Z',
      confirmed_at: '2026-11-27T09:30:00.000Z',
    });
  });

  test.each([
    [0, '0.0000'],
    [0.1, '0.1000'],
    [39.99999, '40.0000'],
    [0.00005, '0.0001'],
    [0.00004, '0.0000'],
    [1e-7, '0.0000'],
    [1e15, '1000000000000000.0000'],
    [9_999_999_999_999_998, '9999999999999998.0000'],
  ])('converts the price %d to %s', (price, text) => {
    expect(saleOf({ price }).price).toBe(text);
  });

  test.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
  ])('accepts the time %d', (time, iso) => {
    expect(saleOf({ timestamp: time }, time)).toMatchObject({ ordered_at: iso, confirmed_at: iso });
  });
});

describe('parseSale rejects', () => {
  test.each([1e16, 1e21, Number.MAX_VALUE])('a price that the warehouse cannot store: %d', (price) => {
    expect(parse({ price })).toEqual({
      ok: false,
      errors: [
        {
          path: 'order.price',
          code: 'too_big',
          message: `order.price must be below 10000000000000000 for the warehouse, received ${price}`,
        },
      ],
    });
  });

  test('a message that is not a confirmed order', () => {
    const pathsOf = (body: string) => {
      const parsed = parseBody(body);
      return parsed.ok ? [] : parsed.errors.map(({ path, code }) => `${path} ${code}`);
    };
    expect(pathsOf('not JSON')).toEqual([' not_json']);
    expect(pathsOf(JSON.stringify(seedOrder))).toEqual(['event missing']);
    expect(parse({ price: -1 })).toMatchObject({ errors: [{ path: 'order.price', code: 'too_small' }] });
    expect(parse({}, 'now')).toMatchObject({ errors: [{ path: 'confirmed_at', code: 'invalid_value' }] });
  });
});
