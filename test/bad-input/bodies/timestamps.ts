import { type BodyEntry, type BodyOutcome, confirmed, deadLettered, orderWith } from './body-entry.ts';

const FORMAT = deadLettered('timestamp: invalid_format');
const at = (iso: string): BodyOutcome => confirmed({ timestamp: Date.parse(iso) });
const moment = (json: string, expected: BodyOutcome, what = json): BodyEntry =>
  orderWith(`timestamp: ${what}`, 'timestamp', json, expected);

/** Moments of all sorts. */
export const badTimestamps: BodyEntry[] = [
  moment('0', at('1970-01-01T00:00:00Z')),
  moment('-1', deadLettered('timestamp: too_small')),
  moment('1e400', deadLettered('timestamp: invalid_type')),
  moment('1795329424', at('2026-11-22T06:37:04Z'), 'epoch seconds'),
  moment('1795329424.262', at('2026-11-22T06:37:04.262Z'), 'epoch seconds with a fraction'),
  moment('99999999999', at('5138-11-16T09:46:39Z'), 'the last second that is taken for one'),
  moment('100000000000', at('1973-03-03T09:46:40Z'), 'the first number that is taken for milliseconds'),
  moment('1795329424262000', deadLettered('timestamp: too_big'), 'epoch microseconds'),
  moment('253402300799999', at('9999-12-31T23:59:59.999Z'), 'the last millisecond of 9999'),
  moment('253402300800000', deadLettered('timestamp: too_big'), 'the year 10000'),
  moment('"1795329424262"', FORMAT, 'milliseconds as text'),
  moment('""', FORMAT, 'empty text'),
  moment('"now"', FORMAT),
  moment('"2026-02-29"', FORMAT, '29 February of a year without one'),
  moment('"2024-02-29"', at('2024-02-29T00:00:00Z'), '29 February of a leap year'),
  moment('"2026-13-01"', FORMAT, 'month 13'),
  moment('"2026-11-22T24:00:00Z"', FORMAT, 'hour 24'),
  moment('"2026-11-22T23:59:60Z"', FORMAT, 'a leap second'),
  moment('"22/11/2026"', FORMAT, 'day first'),
  moment('"Sun, 22 Nov 2026 10:00:00 GMT"', FORMAT, 'as HTTP writes it'),
  moment('"2026-W47-7"', FORMAT, 'a week date'),
  moment('"+012026-11-22T00:00:00Z"', FORMAT, 'a year of six digits'),
  moment('"-000001-01-01T00:00:00Z"', FORMAT, 'a year before Christ'),
  moment('"1969-12-31T23:59:59Z"', deadLettered('timestamp: too_small'), 'a second before 1970'),
  moment(
    '"9999-12-31T23:59:59-23:59"',
    deadLettered('timestamp: too_big'),
    'an offset that leads out of 9999',
  ),
  moment('"2026-11-22T10:00:00+24:00"', FORMAT, 'an offset of a day'),
  moment('"2026-11-22T10:00:00.1234567891+01:00"', at('2026-11-22T09:00:00.123Z'), 'ten decimals'),
  moment(`"2026-11-22T10:00:00.${'9'.repeat(100_000)}Z"`, at('2026-11-22T10:00:01Z'), '100,000 decimals'),
  moment('"2026-11-22t10:00z"', at('2026-11-22T10:00:00Z'), 'small letters, no seconds'),
  moment('" 2026-11-22 "', at('2026-11-22T00:00:00Z'), 'blanks around a date'),
  moment('"２０２６-11-22"', FORMAT, 'full-width digits'),
  moment('{"$date":0}', deadLettered('timestamp: invalid_type'), 'an operator of MongoDB'),
];
