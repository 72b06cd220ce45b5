import { expect, test } from 'vitest';
import { readCount, readTime } from '../../lib/database/database.ts';

test.each([
  ['0', 0],
  ['20000', 20_000],
])('readCount reads %j', (text, count) => {
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
])('readCount throws for %j', (row, found) => {
  const message = expect.stringContaining(`unexpected_answer: loaded: must be a count, ${found}`);
  expect(() => readCount(row, 'loaded')).toThrow(expect.objectContaining({ message, unreachable: false }));
});

test.each([
  ['2026-11-22 10:00:00', '2026-11-22T10:00:00.000Z'],
  ['2026-11-22 10:00:00.12', '2026-11-22T10:00:00.120Z'],
  ['2026-11-22 10:00:00.123456', '2026-11-22T10:00:00.123Z'],
  ['1970-01-01 00:00:00', '1970-01-01T00:00:00.000Z'],
  ['9999-12-31 23:59:59.999', '9999-12-31T23:59:59.999Z'],
])('readTime reads %j as a time in UTC', (text, iso) => {
  expect(readTime({ at: text }, 'at')).toBe(iso);
});

test.each([
  [{ at: '-2147483648' }, 'received -2147483648'],
  [{ at: '2026-11-22 10:00:00+01' }, 'received 2026-11-22 10:00:00+01'],
  [{ at: '' }, 'received '],
  [{ at: null }, 'received nothing'],
  [{}, 'received nothing'],
])('readTime throws for %j', (row, found) => {
  const message = expect.stringContaining(`unexpected_answer: at: must be a time, ${found}`);
  expect(() => readTime(row, 'at')).toThrow(expect.objectContaining({ message, unreachable: false }));
});
