import { expect, it } from 'vitest';
import { parseOrder } from '../../lib/order/order.ts';
import { type DueItem, generateItems } from './load.ts';

/** Generates a load of 1,200 new orders. */
function generateLoad(): DueItem[] {
  const items: DueItem[] = [];
  let orders = 0;
  for (const item of generateItems(5)) {
    if (item.kind === 'order' && orders++ === 1_200) break;
    items.push(item);
  }
  return items;
}

it('the load uses every entry point, repeats one order in 100 and adds an invalid one every 200', () => {
  const items = generateLoad();
  const count = (wanted: Partial<DueItem>) =>
    items.filter(({ kind, entry }) => kind === wanted.kind && entry === (wanted.entry ?? entry)).length;
  expect(['order', 'duplicate', 'invalid'].map((kind) => count({ kind: kind as DueItem['kind'] }))).toEqual([
    1_200, 12, 6,
  ]);
  const entries = ['queue', 'http', 'file'] as const;
  expect(entries.map((entry) => count({ kind: 'order', entry }))).toEqual([720, 300, 180]);
  expect(entries.map((entry) => count({ kind: 'invalid', entry }))).toEqual([2, 2, 2]);
});

it('the kind of each item matches the parser, and duplicates follow their original', () => {
  const seen = new Set<string>();
  for (const { kind, text, orderId } of generateLoad()) {
    expect(parseOrder(JSON.parse(text)).ok).toBe(kind !== 'invalid');
    if (kind === 'invalid' || orderId === undefined) continue;
    expect(seen.has(orderId)).toBe(kind === 'duplicate');
    seen.add(orderId);
  }
  expect(seen.size).toBe(1_200);
});
