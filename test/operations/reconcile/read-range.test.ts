import { expect, test } from 'vitest';
import { readRange } from '../../../operations/reconcile/read-range.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const EARLIEST = Date.UTC(2026, 9, 28, 12);

test('defaults to the thirty days that the ledger remembers', () => {
  expect(readRange({}, NOW)).toEqual({ from: EARLIEST, to: NOW });
});

test('accepts a begin and an end within the thirty days', () => {
  expect(readRange({ from: '2026-11-01', to: '2026-11-02T10:00:00Z' }, NOW)).toEqual({
    from: Date.UTC(2026, 10, 1),
    to: Date.UTC(2026, 10, 2, 10),
  });
  expect(readRange({ from: '2026-10-28T12:00:00Z' }, NOW)).toEqual({ from: EARLIEST, to: NOW });
});

test.each([
  [
    { from: '2026-10-28T11:59:59.999Z' },
    'from: must be within the 30 days that the ledger remembers, from 2026-10-28T12:00:00.000Z on, received "2026-10-28T11:59:59.999Z"',
  ],
  [
    { from: '2026-11-02', to: '2026-11-02' },
    'from: must be before to, which is 2026-11-02T00:00:00.000Z, received 2026-11-02T00:00:00.000Z',
  ],
  [
    { from: 'yesterday' },
    'from: must be an ISO 8601 date or date-time, such as 2026-11-22 or 2026-11-22T10:00:00Z, received "yesterday"',
  ],
  [
    { to: '' },
    'to: must be an ISO 8601 date or date-time, such as 2026-11-22 or 2026-11-22T10:00:00Z, received ""',
  ],
])('rejects the range %j with field, rule and value', (input, message) => {
  expect(() => readRange(input, NOW)).toThrow(
    expect.objectContaining({ name: 'InvalidInputError', message }),
  );
});

test.each([
  [{ from: '2026-10-01' }, /^--from: must be within the 30 days/],
  [{ from: '2026-11-02', to: '2026-11-01' }, /^--from: must be before --to, which is/],
  [{ from: 'yesterday' }, /^--from: must be an ISO 8601 date/],
  [{ to: '' }, /^--to: must be an ISO 8601 date/],
])('names the fields of the range %j as the caller does', (input, message) => {
  expect(() => readRange(input, NOW, (field) => `--${field}`)).toThrow(message);
});
