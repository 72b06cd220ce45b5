import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/errors.ts';
import { readRestockInput } from '../../lib/shipping/restock-input.ts';

const item = { product_id: 'P-1', quantity: 5 };
const read = (input: unknown) => readRestockInput(input, 'request-1');

describe('readRestockInput reads', () => {
  test.each([
    ['one item', item],
    ['an array of items', [item]],
    ['an object with items', { items: [item] }],
  ])('%s, with the default restock_id', (_form, input) => {
    expect(read(input)).toEqual({ items: [item], restock_id: 'request-1' });
  });

  test.each([
    ['one item', { ...item, restock_id: ' delivery:42 ' }],
    ['an object with items', { items: [item], restock_id: 'delivery:42' }],
  ])('%s with a restock_id', (_form, input) => {
    expect(read(input)).toEqual({ items: [item], restock_id: 'delivery:42' });
  });

  test('texts, trimmed like those of orders', () => {
    expect(read({ product_id: ' P-1\n', product_name: ' Kettle ', quantity: 1e9 })).toMatchObject({
      items: [{ product_id: 'P-1', product_name: 'Kettle', quantity: 1_000_000_000 }],
    });
  });

  test('1,000 items', () => {
    const items = Array.from({ length: 1_000 }, (_, index) => ({ product_id: `P-${index}`, quantity: 1 }));
    expect(read(items)).toEqual({ items, restock_id: 'request-1' });
  });
});

describe('readRestockInput rejects with field, rule and received value:', () => {
  const number = 'must be a whole number from 1 to 1,000,000,000';
  const text = 'must be text of 1 to 256 characters without control characters or broken Unicode';
  const form = 'must be an item such as {"product_id":"P-1001","quantity":10}';

  test.each([
    [null, `input: ${form}, or an array of them, received null`],
    ['P-1', `input: ${form}, or an array of them, received "P-1"`],
    [{}, `product_id: ${text}, received nothing; quantity: ${number}, received nothing`],
    [{ ...item, quantity: 0 }, `quantity: ${number}, received 0`],
    [{ ...item, quantity: -3 }, `quantity: ${number}, received -3`],
    [{ ...item, quantity: 1.5 }, `quantity: ${number}, received 1.5`],
    [{ ...item, quantity: '5' }, `quantity: ${number}, received "5"`],
    [{ ...item, quantity: 1_000_000_001 }, `quantity: ${number}, received 1000000001`],
    [{ ...item, product_id: ' ' }, `product_id: ${text}, received " "`],
    [{ ...item, product_id: 'a\u0000b' }, `product_id: ${text}, received "a\\u{0}b"`],
    [{ ...item, product_name: 'x'.repeat(257) }, `product_name: ${text}, received "${'x'.repeat(80)}…" (257`],
    [
      { ...item, restock_id: 'a b' },
      'restock_id: must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -, received "a b"',
    ],
    [{ ...item, price: 3 }, 'price: is unknown, use one of product_id, product_name, quantity'],
    [[], 'items: must be an array of 1 to 1,000 items, received an array of 0'],
    [{ items: item }, 'items: must be an array of 1 to 1,000 items, received an object'],
    [{ items: [item], item }, 'item: is unknown, use one of items, restock_id'],
    [[item, 'P-2'], `items[1]: ${form}, received "P-2"`],
    [[item, { ...item, product_id: 'P-2', quantity: null }], `items[1].quantity: ${number}, received null`],
    [[item, { ...item, sku: 1, product_id: 'P-2' }], 'items[1].sku: is unknown, use one of product_id, '],
    [[item, { product_id: 'P-1 ', quantity: 7 }], 'items[1].product_id: must be unique, received "P-1 "'],
  ])('%j', (input, message) => {
    expect(() => read(input)).toThrow(InvalidInputError);
    expect(() => read(input)).toThrow(message);
  });

  test('more than 1,000 items', () => {
    const items = Array.from({ length: 1_001 }, (_, index) => ({ product_id: `P-${index}`, quantity: 1 }));
    expect(() => read(items)).toThrow(
      'items: must be an array of 1 to 1,000 items, received an array of 1001',
    );
  });

  test('several invalid fields, all named', () => {
    expect(() => read({ product_id: '', quantity: 0 })).toThrow(/^product_id: .*; quantity: /);
  });
});
