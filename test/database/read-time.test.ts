import { expect, test } from 'vitest';
import { readTime } from '../../lib/database/read-time.ts';

test.each([
  ['2026-11-22 10:00:00', '2026-11-22T10:00:00.000Z'],
  ['2026-11-22 10:00:00.12', '2026-11-22T10:00:00.120Z'],
  ['2026-11-22 10:00:00.123456', '2026-11-22T10:00:00.123Z'],
  ['1970-01-01 00:00:00', '1970-01-01T00:00:00.000Z'],
  ['9999-12-31 23:59:59.999', '9999-12-31T23:59:59.999Z'],
])('%j is a time in UTC', (text, iso) => {
  expect(readTime({ at: text }, 'at')).toBe(iso);
});

test.each([
  [{ at: '-2147483648' }, 'received -2147483648'],
  [{ at: '2026-11-22 10:00:00+01' }, 'received 2026-11-22 10:00:00+01'],
  [{ at: '' }, 'received '],
  [{ at: null }, 'received nothing'],
  [{}, 'received nothing'],
])('%j has none', (row, found) => {
  const message = expect.stringContaining(`unexpected_answer: at: must be a time, ${found}`);
  expect(() => readTime(row, 'at')).toThrow(expect.objectContaining({ message, unreachable: false }));
});
