import fc from 'fast-check';
import { expect, test } from 'vitest';
import { after, fromBytes, SortedKeys, toBytes } from '../../../local/s3/sorted-keys.ts';

function all(keys: SortedKeys): string[] {
  const found: string[] = [];
  for (let key = keys.ceiling(''); key !== undefined; key = keys.ceiling(after(key)))
    found.push(fromBytes(key));
  return found;
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('keeps keys in the order of their UTF-8 bytes, whatever is added and deleted', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 });
  const changes = fc.array(fc.tuple(fc.boolean(), key), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(key), changes, (initial, steps) => {
      const expected = new Set(initial);
      const keys = new SortedKeys(expected);
      for (const [add, changed] of steps) {
        keys[add ? 'add' : 'delete'](changed);
        expected[add ? 'add' : 'delete'](changed);
      }
      expect(all(keys)).toEqual([...expected].sort(byBytes));
    }),
    { numRuns: 50 },
  );
});

test('orders U+FFFD before a character beyond the basic plane, unlike JavaScript', () => {
  expect('\uFFFD' < '🐉').toBe(false);
  expect(all(new SortedKeys(['🐉', '\uFFFD', 'ü', 'z']))).toEqual(['z', 'ü', '\uFFFD', '🐉']);
});

test('remains sorted when its blocks are split and emptied', () => {
  const keys = new SortedKeys();
  const names = Array.from({ length: 5_000 }, (_, index) => String((index * 7_919) % 5_003));
  for (const name of names) keys.add(name);
  expect(all(keys)).toEqual(names.toSorted(byBytes));
  for (const name of names.slice(0, 4_900)) keys.delete(name);
  expect(all(keys)).toEqual(names.slice(4_900).sort(byBytes));
  for (const name of names) keys.delete(name);
  expect(keys.ceiling('')).toBeUndefined();
});

test('returns the first key that is not less than a given one', () => {
  const keys = new SortedKeys(['b', 'd']);
  expect(['a', 'b', 'c', 'd', 'e'].map((from) => keys.ceiling(toBytes(from)))).toEqual([
    'b',
    'b',
    'd',
    'd',
    undefined,
  ]);
});
