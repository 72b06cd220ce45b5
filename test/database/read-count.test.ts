import { expect, test } from 'vitest';
import { readCount } from '../../lib/database/read-count.ts';

test.each([
  ['0', 0],
  ['20000', 20_000],
])('%j is a count', (text, count) => {
  expect(readCount({ loaded: text }, 'loaded')).toBe(count);
});

test.each([
  [{ loaded: '' }, 'received '],
  [{ loaded: '-1' }, 'received -1'],
  [{ loaded: '1.5' }, 'received 1.5'],
  [{ loaded: 'NaN' }, 'received NaN'],
  [{ loaded: null }, 'received nothing'],
  [{}, 'received nothing'],
  [undefined, 'received nothing'],
])('%j has none', (row, found) => {
  const message = expect.stringContaining(`unexpected_answer: loaded: must be a count, ${found}`);
  expect(() => readCount(row, 'loaded')).toThrow(expect.objectContaining({ message, unreachable: false }));
});
