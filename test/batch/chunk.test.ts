import { describe, expect, it, test } from 'vitest';
import { chunk, inBatches } from '../../lib/batch/chunk.ts';

const sizeOf = (text: string): number => text.length;

test('chunk returns no batch for no entries', () => {
  expect(chunk([], { maxEntries: 10 })).toEqual([]);
});

test.each([
  [1, [1]],
  [10, [10]],
  [11, [10, 1]],
  [30, [10, 10, 10]],
])('chunk splits %i entries into batches of %j, with at most ten a batch', (count, lengths) => {
  const entries = Array.from({ length: count }, (_, index) => index);
  const chunks = chunk(entries, { maxEntries: 10 });
  expect(chunks.map(({ length }) => length)).toEqual(lengths);
  expect(chunks.flat()).toEqual(entries);
});

test('chunk fills a batch to the last byte', () => {
  expect(chunk(['aaaa', 'bbb', 'ccc', 'd'], { maxEntries: 10, maxBytes: 10, sizeOf })).toEqual([
    ['aaaa', 'bbb', 'ccc'],
    ['d'],
  ]);
});

test('chunk applies both limits at the same time', () => {
  expect(chunk(['a', 'b', 'cccc', 'dddd', 'e'], { maxEntries: 2, maxBytes: 5, sizeOf })).toEqual([
    ['a', 'b'],
    ['cccc'],
    ['dddd', 'e'],
  ]);
});

test('chunk puts an entry that is too large by itself into a batch of its own', () => {
  const limits = { maxEntries: 10, maxBytes: 5, sizeOf };
  expect(chunk(['toolarge', 'a', 'b'], limits)).toEqual([['toolarge'], ['a', 'b']]);
  expect(chunk(['a', 'toolarge', 'b'], limits)).toEqual([['a'], ['toolarge'], ['b']]);
  expect(chunk(['a', 'b', 'toolarge'], limits)).toEqual([['a', 'b'], ['toolarge']]);
});

test('chunk limits entries without a size only by their number', () => {
  expect(chunk(['aaaa', 'bbbb', 'cccc'], { maxEntries: 2, maxBytes: 1 })).toEqual([
    ['aaaa', 'bbbb'],
    ['cccc'],
  ]);
});

describe('inBatches', () => {
  it('yields all entries in order, with the rest in the last batch', () => {
    expect([...inBatches([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
    expect([...inBatches([1, 2], 2)]).toEqual([[1, 2]]);
    expect([...inBatches([], 2)]).toEqual([]);
  });

  it('reads the current size for each entry', () => {
    const sizes = [1, 3, 3, 3, 2, 2];
    expect([...inBatches([1, 2, 3, 4, 5, 6], () => sizes.shift() ?? 1)]).toEqual([[1], [2, 3, 4], [5, 6]]);
  });

  it('reads no more of a sequence than the requested batch', () => {
    let produced = 0;
    function* endless() {
      for (;;) yield ++produced;
    }
    expect(inBatches(endless(), 3).next().value).toEqual([1, 2, 3]);
    expect(produced).toBe(3);
  });
});
