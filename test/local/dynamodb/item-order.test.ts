import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ItemOrder } from '../../../local/dynamodb/item-order.ts';
import type { Item } from '../../../local/dynamodb/values.ts';

const itemOf = (p: string, s: number): Item => ({ p: { S: p }, s: { N: String(s) } });
const newOrder = () =>
  new ItemOrder([
    { name: 'p', type: 'S' },
    { name: 's', type: 'N' },
  ]);
const keys = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: -20, max: 20 })), {
  selector: String,
  minLength: 1,
});

test('a scan in pages returns each item once, whichever items are deleted between the pages', () => {
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), (all, size, every) => {
      const order = newOrder();
      for (const [p, s] of all) order.put(itemOf(p, s));
      const seen: Item[] = [];
      let after: Item | undefined;
      for (let page = 0; ; page++) {
        const items = [...order.scan(0, 1, after)].slice(0, size);
        if (items.length === 0) break;
        seen.push(...items);
        after = items.at(-1);
        // The key at which the next page starts is among the deleted ones.
        if (after && page % every === 0) order.delete(after);
      }
      expect(seen).toHaveLength(all.length);
      expect(new Set(seen).size).toBe(all.length);
    }),
  );
});

test('the segments of a scan are disjoint and complete', () => {
  const order = newOrder();
  for (let index = 0; index < 500; index++) order.put(itemOf(`p-${index}`, index));
  for (const total of [1, 2, 3, 7, 100_000]) {
    const segments = Array.from({ length: Math.min(total, 20) }, (_, segment) => [
      ...order.scan(segment, total),
    ]);
    const found = segments.flat();
    expect(new Set(found).size).toBe(found.length);
    if (total < 20) expect(found).toHaveLength(500);
    if (total > 1 && total < 20) expect(segments.every(({ length }) => length > 500 / total / 2)).toBe(true);
    for (const [segment, items] of segments.entries()) {
      expect(items.every((item) => order.isInSegment(item, segment, total))).toBe(true);
    }
  }
});

test('a query returns a range of a partition in order, forward and backward, from any start key', () => {
  fc.assert(
    fc.property(
      keys,
      fc.integer({ min: -20, max: 20 }),
      fc.integer({ min: -20, max: 20 }),
      (all, low, start) => {
        const order = newOrder();
        for (const [p, s] of all) order.put(itemOf(p, s));
        const sorts = all.flatMap(([p, s]) => (p === 'a' && s >= low ? [s] : [])).sort((a, b) => a - b);
        const side = ({ s }: Item) => (Number(s?.N) < low ? -1 : 0);
        const query = (forward: boolean, after?: Item) =>
          [...order.query({ p: { S: 'a' } }, side, forward, after)].map(({ s }) => Number(s?.N));
        expect(query(true)).toEqual(sorts);
        expect(query(false)).toEqual(sorts.toReversed());
        expect(query(true, itemOf('a', start))).toEqual(sorts.filter((s) => s > start));
        expect(query(false, itemOf('a', start))).toEqual(sorts.filter((s) => s < start).toReversed());
      },
    ),
  );
});

test('put replaces the item of the same key and returns it', () => {
  const order = newOrder();
  const first = itemOf('a', 1);
  expect(order.put(first)).toBeUndefined();
  const second = itemOf('a', 1);
  expect(order.put(second)).toBe(first);
  expect(order.get(itemOf('a', 1))).toBe(second);
  expect(order.size).toBe(1);
  expect(order.delete(itemOf('a', 2))).toBeUndefined();
  expect(order.delete(itemOf('a', 1))).toBe(second);
  expect(order.delete(itemOf('a', 1))).toBeUndefined();
  expect([order.size, order.get(itemOf('a', 1))]).toEqual([0, undefined]);
});

test('sort keys are ordered by their UTF-8 bytes', () => {
  const order = new ItemOrder([
    { name: 'p', type: 'S' },
    { name: 's', type: 'S' },
  ]);
  // U+1F600 has greater bytes than U+FF5E, and smaller UTF-16 units.
  const texts = ['', 'a', 'ab', 'b', 'é', '\uff5e', '\u{1f600}'];
  for (const s of texts.toReversed()) order.put({ p: { S: 'x' }, s: { S: s } });
  expect([...order.query({ p: { S: 'x' } }, () => 0, true)].map(({ s }) => s?.S)).toEqual(texts);
});

test('a partition of thousands of items stays sorted while items are put and deleted in any order', () => {
  const order = newOrder();
  const count = 3_000;
  // 1,709 and 3,000 have no common divisor, so this is each number once.
  const shuffled = Array.from({ length: count }, (_, index) => (index * 1_709) % count);
  for (const s of shuffled) order.put(itemOf('a', s));
  const sorts = (forward: boolean) =>
    [...order.query({ p: { S: 'a' } }, () => 0, forward)].map(({ s }) => Number(s?.N));
  const all = Array.from({ length: count }, (_, index) => index);
  expect(sorts(true)).toEqual(all);
  expect(sorts(false)).toEqual(all.toReversed());
  for (const s of shuffled.filter((s) => s % 3 > 0))
    expect(order.delete(itemOf('a', s))).toEqual(itemOf('a', s));
  expect(sorts(true)).toEqual(all.filter((s) => s % 3 === 0));
  expect([...order.scan(0, 1)]).toHaveLength(count / 3);
  expect(order.get(itemOf('a', 2_997))).toEqual(itemOf('a', 2_997));
  for (const s of all) order.delete(itemOf('a', s));
  expect([order.size, sorts(true)]).toEqual([0, []]);
});
