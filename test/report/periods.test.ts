import { expect, test } from 'vitest';
import { periodsIn } from '../../lib/report/periods.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['day', '2026-11-01T00:00Z', '2026-11-02T00:00Z', '2026-11-01T00:00Z', 1],
  ['day', '2026-11-01T23:59Z', '2026-11-02T00:01Z', '2026-11-01T00:00Z', 2],
  ['day', '2026-11-01T10:00Z', '2026-11-01T11:00Z', '2026-11-01T00:00Z', 1],
  ['hour', '2026-11-01T10:30Z', '2026-11-01T13:00Z', '2026-11-01T10:00Z', 3],
  ['hour', '2028-02-28T23:00Z', '2028-03-01T00:00Z', '2028-02-28T23:00Z', 25],
] as const)(
  'a range is cut by %s from %s to %s: from %s on, %d of them',
  (period, from, to, first, count) => {
    expect(periodsIn(period, at(from), at(to))).toEqual({ first: at(first), count });
  },
);
