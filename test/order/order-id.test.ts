import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveOrderId, parseOrder } from '../../lib/order/order.ts';
import { seedOrder } from './seed-order.ts';

function idOf(value: unknown): string {
  const result = parseOrder(value);
  if (!result.ok) throw new Error(result.errors[0]?.message);
  return result.order.order_id;
}

describe('deriveOrderId', () => {
  it('is the SHA-256 of the six fields as canonical JSON', () => {
    const canonical =
      '{"customer_name":"Jane Doe","email_id":"jane@example.com","price":39.9,' +
      '"product_id":"P-1001","product_name":"Kettle","timestamp":1795329424262}';
    expect(deriveOrderId(seedOrder)).toBe(createHash('sha256').update(canonical).digest('hex'));
  });

  it.each([
    [{}, 'ad9d13fec32032d973b23f8d24228c6714ad15ab6fa80d03b1a7043ee8b85f15'],
    [
      { customer_name: '李小龙 "🐉"', price: 0, timestamp: '2026-11-22' },
      '58cd405ff1f5a3dbaaeac005565bec67bfc0fc574a139e22cc37629c7f7d96b4',
    ],
    [
      { price: 1e21, product_name: 'Chef’s\\Knife', timestamp: 1795329424 },
      '907aebee6723095fbf285e6345f81454035a41c01478dfa58503ef05f3a657f3',
    ],
  ])('does not change when fields are added to the contract: %j', (change, id) => {
    expect(idOf({ ...seedOrder, ...change })).toBe(id);
  });

  it('does not depend on key order, padding, unknown fields or timestamp format', () => {
    const id = deriveOrderId(seedOrder);
    expect(idOf(Object.fromEntries(Object.entries(seedOrder).reverse()))).toBe(id);
    expect(idOf({ ...seedOrder, customer_name: ' Jane Doe ', email_id: 'jane@example.com\n', note: 1 })).toBe(
      id,
    );
    expect(idOf({ ...seedOrder, timestamp: 1795329424.262 })).toBe(id);
    expect(idOf({ ...seedOrder, timestamp: '2026-11-22T07:37:04.262+01:00' })).toBe(id);
  });

  it.each([
    ['customer_name', 'Jane Roe'],
    ['email_id', 'jane@example.org'],
    ['product_id', 'P-1002'],
    ['product_name', 'kettle'],
    ['price', 39.91],
    ['timestamp', 1795329424263],
  ])('changes with %s', (field, value) => {
    expect(idOf({ ...seedOrder, [field]: value })).not.toBe(deriveOrderId(seedOrder));
  });
});
