import { describe, expect, test } from 'vitest';
import { parseOrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { seedOrder } from './seed-order.ts';

const event = {
  event: 'OrderConfirmed',
  order: { ...seedOrder, order_id: 'web-1' },
  confirmed_at: 1_795_771_800_000,
};
const parse = (change: Record<string, unknown>) =>
  parseOrderConfirmed(JSON.stringify({ ...event, ...change }));
function issues(text: string): string[] {
  const parsed = parseOrderConfirmed(text);
  return parsed.ok ? [] : parsed.errors.map(({ path, code, message }) => `${path}|${code}|${message}`);
}

describe('parseOrderConfirmed', () => {
  test('parses an event as the consumer publishes it', () => {
    expect(parse({})).toEqual({ ok: true, event });
  });

  test('drops unknown fields of the event and its order', () => {
    expect(parse({ extra: 1, order: { ...event.order, coupon: 'X' } })).toEqual({ ok: true, event });
  });

  test('normalizes the order of an event from another sender', () => {
    const order = { ...event.order, customer_name: ' Jane Doe ', timestamp: '2026-11-27T09:30:00Z' };
    expect(parse({ order })).toEqual({
      ok: true,
      event: { ...event, order: { ...event.order, timestamp: Date.UTC(2026, 10, 27, 9, 30) } },
    });
  });

  test.each([0, 253_402_300_799_999])('accepts the confirmation time %d', (confirmed_at) => {
    expect(parse({ confirmed_at })).toEqual({ ok: true, event: { ...event, confirmed_at } });
  });
});

describe('parseOrderConfirmed rejects an invalid event with field, rule and received value:', () => {
  test.each([
    ['', '|not_json|event must be JSON (Unexpected end of JSON input), received ""'],
    ['{"event":', '|not_json|event must be JSON (Unexpected end of JSON input), received "{"event":"'],
    ['null', 'event|missing|event must be "OrderConfirmed", received nothing'],
    ['[]', 'event|missing|event must be "OrderConfirmed", received nothing'],
    ['"OrderConfirmed"', 'event|missing|event must be "OrderConfirmed", received nothing'],
    [
      '{"event":"OrderShipped"}',
      'event|invalid_value|event must be "OrderConfirmed", received "OrderShipped"',
    ],
    // The envelope that SNS sends to a queue without raw message delivery.
    [
      '{"Type":"Notification","Message":"{}"}',
      'event|missing|event must be "OrderConfirmed", received nothing',
    ],
  ])('%s', (text, issue) => {
    expect(issues(text)).toEqual([issue]);
  });

  test.each([
    [undefined, 'missing', 'nothing'],
    [null, 'invalid_value', 'null'],
    ['1795771800000', 'invalid_value', '"1795771800000"'],
    [1.5, 'invalid_value', '1.5'],
    [-1, 'invalid_value', '-1'],
    [253_402_300_800_000, 'invalid_value', '253402300800000'],
  ])('confirmed_at %j', (confirmed_at, code, shown) => {
    const rule = 'confirmed_at must be whole epoch milliseconds from 1970 to 9999';
    expect(issues(JSON.stringify({ ...event, confirmed_at }))).toEqual([
      `confirmed_at|${code}|${rule}, received ${shown}`,
    ]);
  });

  test('reports every invalid field of the order with its path in the event', () => {
    const order = { ...event.order, price: -1, email_id: 'nobody' };
    expect(issues(JSON.stringify({ ...event, order }))).toEqual([
      'order.email_id|invalid_format|order.email_id must be an e-mail address of at most 254 characters, received "nobody"',
      'order.price|too_small|order.price must be a finite JSON number of at least 0, received -1',
    ]);
  });

  test.each([
    [undefined, 'nothing'],
    [[], 'an array of 0'],
  ])('order %j', (order, shown) => {
    expect(issues(JSON.stringify({ ...event, order }))).toEqual([
      `order|not_an_object|order must be a JSON object, received ${shown}`,
    ]);
  });
});
