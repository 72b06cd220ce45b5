import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type OrderField, orderFields } from '../../lib/order/fields.ts';
import { parseOrder } from '../../lib/order/order.ts';
import { propertyRuns } from '../property-runs.ts';
import { arbitraryOrder } from './arbitrary-order.ts';
import { renderOrderPage, renderOrderSchema } from './render-contract.ts';
import { seedOrder } from './seed-order.ts';

const readDocs = (name: string) => readFileSync(resolve(import.meta.dirname, '../../docs', name), 'utf8');
const published = JSON.parse(readDocs('order.schema.json'));

describe('the published contract', () => {
  const hint = 'out of date: run node test/order/write-contract.ts';

  it('docs/order.md matches the table of fields', () => {
    expect(readDocs('order.md'), hint).toBe(renderOrderPage());
  });

  it('docs/order.schema.json matches the table of fields', () => {
    expect(published, hint).toEqual(JSON.parse(renderOrderSchema()));
  });

  it('the examples form a valid order', () => {
    const examples = Object.entries<OrderField>(orderFields).map(([name, { example }]) => [name, example]);
    const order = Object.fromEntries(examples);
    expect(parseOrder(order)).toEqual({ ok: true, order });
  });
});

describe('docs/order.schema.json', () => {
  const schema = z.fromJSONSchema(published);

  it('accepts every valid order with trimmed texts', () => {
    fc.assert(
      fc.property(arbitraryOrder, (written) => {
        const parsed = parseOrder(written);
        expect(schema.safeParse(parsed.ok && parsed.order).error).toBeUndefined();
      }),
      propertyRuns(200),
    );
  });

  it.each([
    { customer_name: undefined },
    { customer_name: '' },
    { product_id: 'x'.repeat(257) },
    { product_name: 'a\nb' },
    { email_id: 'jane' },
    { price: '39.9' },
    { price: -1 },
    { timestamp: true },
    { order_id: 'a b' },
  ])('rejects an invalid order: %j', (change) => {
    expect(schema.safeParse(seedOrder).success).toBe(true);
    expect(schema.safeParse({ ...seedOrder, ...change }).success).toBe(false);
    expect(parseOrder({ ...seedOrder, ...change }).ok).toBe(false);
  });
});
