import { expect, test } from 'vitest';
import { chunk } from '../../lib/batch/chunk.ts';

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
