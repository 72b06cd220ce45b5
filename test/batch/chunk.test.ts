import { describe, expect, it, test } from 'vitest';
import { chunk, inBatches } from '../../lib/batch/chunk.ts';

const sizeOf = (text: string): number => text.length;

test('no entries make no batch', () => {
  expect(chunk([], { maxEntries: 10 })).toEqual([]);
});

test.each([
  [1, [1]],
  [10, [10]],
  [11, [10, 1]],
  [30, [10, 10, 10]],
])('%i entries of at most ten a batch make batches of %j', (count, lengths) => {
  const entries = Array.from({ length: count }, (_, index) => index);
  const chunks = chunk(entries, { maxEntries: 10 });
  expect(chunks.map(({ length }) => length)).toEqual(lengths);
  expect(chunks.flat()).toEqual(entries);
});

test('a batch is filled to the last byte and not beyond', () => {
  expect(chunk(['aaaa', 'bbb', 'ccc', 'd'], { maxEntries: 10, maxBytes: 10, sizeOf })).toEqual([
    ['aaaa', 'bbb', 'ccc'],
    ['d'],
  ]);
});

test('both limits hold at once', () => {
  expect(chunk(['a', 'b', 'cccc', 'dddd', 'e'], { maxEntries: 2, maxBytes: 5, sizeOf })).toEqual([
    ['a', 'b'],
    ['cccc'],
    ['dddd', 'e'],
  ]);
});

test('an entry that is too large by itself is alone in its batch, wherever it stands', () => {
  const limits = { maxEntries: 10, maxBytes: 5, sizeOf };
  expect(chunk(['toolarge', 'a', 'b'], limits)).toEqual([['toolarge'], ['a', 'b']]);
  expect(chunk(['a', 'toolarge', 'b'], limits)).toEqual([['a'], ['toolarge'], ['b']]);
  expect(chunk(['a', 'b', 'toolarge'], limits)).toEqual([['a', 'b'], ['toolarge']]);
});

test('entries without a size are limited by their number alone', () => {
  expect(chunk(['aaaa', 'bbbb', 'cccc'], { maxEntries: 2, maxBytes: 1 })).toEqual([
    ['aaaa', 'bbbb'],
    ['cccc'],
  ]);
});

describe('inBatches', () => {
  it('gives all entries in their order, the last batch with what is left', () => {
    expect([...inBatches([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
    expect([...inBatches([1, 2], 2)]).toEqual([[1, 2]]);
    expect([...inBatches([], 2)]).toEqual([]);
  });

  it('asks for the size of the moment with each entry', () => {
    const sizes = [1, 3, 3, 3, 2, 2];
    expect([...inBatches([1, 2, 3, 4, 5, 6], () => sizes.shift() ?? 1)]).toEqual([[1], [2, 3, 4], [5, 6]]);
  });

  it('takes no more of a sequence than the batch that is asked for', () => {
    let taken = 0;
    function* endless() {
      for (;;) yield ++taken;
    }
    expect(inBatches(endless(), 3).next().value).toEqual([1, 2, 3]);
    expect(taken).toBe(3);
  });
});
