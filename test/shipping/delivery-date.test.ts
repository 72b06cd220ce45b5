import { expect, test } from 'vitest';
import { deliveryDate } from '../../lib/shipping/delivery-date.ts';

test.each([
  ['Monday', '2026-11-23T00:00:00Z', 'Thursday', '2026-11-26'],
  ['Tuesday', '2026-11-24T12:00:00Z', 'Friday', '2026-11-27'],
  ['Wednesday', '2026-11-25T12:00:00Z', 'Monday', '2026-11-30'],
  ['Thursday', '2026-11-26T12:00:00Z', 'Tuesday', '2026-12-01'],
  ['Friday', '2026-11-27T23:59:59Z', 'Wednesday', '2026-12-02'],
  ['Saturday', '2026-11-28T12:00:00Z', 'Wednesday', '2026-12-02'],
  ['Sunday', '2026-11-29T12:00:00Z', 'Wednesday', '2026-12-02'],
  ['Thursday at the end of a year', '2026-12-31T12:00:00Z', 'Tuesday', '2027-01-05'],
  ['Monday before a leap day', '2028-02-28T12:00:00Z', 'Thursday', '2028-03-02'],
])('stock that is taken on a %s is delivered three working days later', (_from, now, _to, date) => {
  expect(deliveryDate(new Date(now))).toBe(date);
});

test('days are those of UTC, whatever the zone of the machine', () => {
  const lateOnFriday = new Date('2026-11-27T23:30:00-05:00');
  expect(lateOnFriday.toISOString()).toContain('2026-11-28');
  expect(deliveryDate(lateOnFriday)).toBe('2026-12-02');
});

test('the moment given stays as it is', () => {
  const now = new Date('2026-11-23T10:00:00Z');
  deliveryDate(now);
  expect(now.toISOString()).toBe('2026-11-23T10:00:00.000Z');
});
