import { type BodyEntry, type BodyOutcome, confirmed, deadLettered, orderWith } from './body-entry.ts';

const FORMAT = deadLettered('timestamp: invalid_format');
const at = (iso: string): BodyOutcome => confirmed({ timestamp: Date.parse(iso) });
const time = (json: string, expected: BodyOutcome, what = json): BodyEntry =>
  orderWith(`timestamp: ${what}`, 'timestamp', json, expected);

/** Timestamps in valid and invalid formats. */
export const badTimestamps: BodyEntry[] = [
  time('0', at('1970-01-01T00:00:00Z')),
  time('-1', deadLettered('timestamp: too_small')),
  time('1e400', deadLettered('timestamp: invalid_type')),
  time('1795329424', at('2026-11-22T06:37:04Z'), 'epoch seconds'),
  time('1795329424.262', at('2026-11-22T06:37:04.262Z'), 'epoch seconds with a fraction'),
  time('99999999999', at('5138-11-16T09:46:39Z'), 'the largest number that is read as seconds'),
  time('100000000000', at('1973-03-03T09:46:40Z'), 'the smallest number that is read as milliseconds'),
  time('1795329424262000', deadLettered('timestamp: too_big'), 'epoch microseconds'),
  time('253402300799999', at('9999-12-31T23:59:59.999Z'), 'the last millisecond of 9999'),
  time('253402300800000', deadLettered('timestamp: too_big'), 'the year 10000'),
  time('"1795329424262"', FORMAT, 'milliseconds as text'),
  time('""', FORMAT, 'empty text'),
  time('"now"', FORMAT),
  time('"2026-02-29"', FORMAT, '29 February of a common year'),
  time('"2024-02-29"', at('2024-02-29T00:00:00Z'), '29 February of a leap year'),
  time('"2026-13-01"', FORMAT, 'month 13'),
  time('"2026-11-22T24:00:00Z"', FORMAT, 'hour 24'),
  time('"2026-11-22T23:59:60Z"', FORMAT, 'a leap second'),
  time('"22/11/2026"', FORMAT, 'day first'),
  time('"Sun, 22 Nov 2026 10:00:00 GMT"', FORMAT, 'an HTTP date'),
  time('"2026-W47-7"', FORMAT, 'a week date'),
  time('"+012026-11-22T00:00:00Z"', FORMAT, 'a year of six digits'),
  time('"-000001-01-01T00:00:00Z"', FORMAT, 'a negative year'),
  time('"1969-12-31T23:59:59Z"', deadLettered('timestamp: too_small'), 'a second before 1970'),
  time(
    '"9999-12-31T23:59:59-23:59"',
    deadLettered('timestamp: too_big'),
    'an offset that leads to the year 10000',
  ),
  time('"2026-11-22T10:00:00+24:00"', FORMAT, 'an offset of 24 hours'),
  time('"2026-11-22T10:00:00.1234567891+01:00"', at('2026-11-22T09:00:00.123Z'), 'ten decimals'),
  time(`"2026-11-22T10:00:00.${'9'.repeat(100_000)}Z"`, at('2026-11-22T10:00:01Z'), '100,000 decimals'),
  time('"2026-11-22t10:00z"', at('2026-11-22T10:00:00Z'), 'lower-case letters, no seconds'),
  time('" 2026-11-22 "', at('2026-11-22T00:00:00Z'), 'spaces around a date'),
  time('"２０２６-11-22"', FORMAT, 'full-width digits'),
  time('{"$date":0}', deadLettered('timestamp: invalid_type'), 'a MongoDB operator'),
];
