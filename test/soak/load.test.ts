import { expect, it } from 'vitest';
import { parseOrder } from '../../lib/order/order.ts';
import { type DueItem, generateItems } from './load.ts';

/** The load of 1,200 new orders. */
function load(): DueItem[] {
  const items: DueItem[] = [];
  let orders = 0;
  for (const item of generateItems(5)) {
    if (item.kind === 'order' && orders++ === 1_200) break;
    items.push(item);
  }
  return items;
}

it('a load has new orders by all ways in, one in a hundred twice, and one in two hundred that is none', () => {
  const items = load();
  const count = (wanted: Partial<DueItem>) =>
    items.filter(({ kind, entry }) => kind === wanted.kind && entry === (wanted.entry ?? entry)).length;
  expect(['order', 'duplicate', 'invalid'].map((kind) => count({ kind: kind as DueItem['kind'] }))).toEqual([
    1_200, 12, 6,
  ]);
  const ways = ['queue', 'http', 'file'] as const;
  expect(ways.map((entry) => count({ kind: 'order', entry }))).toEqual([720, 300, 180]);
  expect(ways.map((entry) => count({ kind: 'invalid', entry }))).toEqual([2, 2, 2]);
});

it('an order is what it is called, by the schema, and what is sent twice has been sent before', () => {
  const seen = new Set<string>();
  for (const { kind, text, orderId } of load()) {
    expect(parseOrder(JSON.parse(text)).ok).toBe(kind !== 'invalid');
    if (kind === 'invalid' || orderId === undefined) continue;
    expect(seen.has(orderId)).toBe(kind === 'duplicate');
    seen.add(orderId);
  }
  expect(seen.size).toBe(1_200);
});
