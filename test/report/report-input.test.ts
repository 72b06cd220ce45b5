import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/errors.ts';
import { periodsIn, readReportInput } from '../../lib/report/report-input.ts';

const NOW = Date.parse('2026-11-27T08:30:00Z');
const read = (input: unknown) => readReportInput(input, NOW);
const at = (text: string): number => Date.parse(text);

describe('readReportInput by default', () => {
  test.each([undefined, null, {}])('reports the last 30 days by product as JSON for %j', (input) => {
    const from = at('2026-10-28T08:30:00Z');
    expect(read(input)).toEqual({ from, to: NOW, by: 'product', format: 'json', limit: 100 });
  });

  test('reports the last 24 hours by hour', () => {
    expect(read({ by: 'hour' })).toMatchObject({ from: at('2026-11-26T08:30:00Z'), to: NOW });
  });

  test('counts the range back from `to`, but not before 1970', () => {
    expect(read({ to: '2026-03-31' })).toMatchObject({ from: at('2026-03-01'), to: at('2026-03-31') });
    expect(read({ to: '1970-01-02' })).toMatchObject({ from: 0 });
  });
});

test('readReportInput reads a date as midnight UTC, and a date-time with its offset', () => {
  expect(read({ from: '2026-11-01', to: '2026-11-02T01:30:00.250+01:00' })).toMatchObject({
    from: at('2026-11-01T00:00:00Z'),
    to: at('2026-11-02T00:30:00.250Z'),
  });
});

test('readReportInput accepts any range by product and customer', () => {
  for (const by of ['product', 'customer']) {
    const input = { from: '1970-01-01', to: '9999-12-31', by, limit: 5 };
    expect(read(input)).toMatchObject({ from: 0, to: at('9999-12-31'), limit: 5 });
  }
});

test('readReportInput accepts the formats json and csv', () => {
  for (const format of ['json', 'csv']) expect(read({ format }).format).toBe(format);
});

test('readReportInput accepts a limit as text, as in query strings', () => {
  expect(read({ limit: '1000' }).limit).toBe(1_000);
});

test.each([
  [{ by: 'hour', from: '2026-01-01', to: '2026-02-11T16:00:00Z' }],
  [{ by: 'day', from: '2024-01-01', to: '2026-09-27T00:00:00Z' }],
])('readReportInput accepts at most 1,000 periods: %j', (input) => {
  expect(read(input).to).toBe(at(input.to));
  const longer = { ...input, from: '2023-12-31T23:59:59Z' };
  expect(() => read(longer)).toThrow(`must be at most 1,000 periods apart with by=${input.by}, received`);
});

const TOO_LONG = 'x'.repeat(5_000);
const DATE_TIME_RULE = 'must be an ISO 8601 date or date-time from 1970 to 9999, such as';

describe('readReportInput rejects an invalid input with field, rule and received value:', () => {
  test.each<[unknown, string]>([
    ['by=day', 'input: must be an object such as {"by":"day"}, received "by=day"'],
    [[{ by: 'day' }], 'input: must be an object such as {"by":"day"}, received an array of 1'],
    [7, 'input: must be an object such as {"by":"day"}, received 7'],
    [{ by: 'week' }, 'by: must be product, hour, day or customer, received "week"'],
    [{ by: 'Product' }, 'by: must be product, hour, day or customer, received "Product"'],
    [{ by: 'toString' }, 'by: must be product, hour, day or customer, received "toString"'],
    [{ by: ['day', 'hour'] }, 'by: must be product, hour, day or customer, received an array of 2'],
    [{ by: { day: 1 } }, 'by: must be product, hour, day or customer, received an object'],
    [{ by: '' }, 'by: must be product, hour, day or customer, received ""'],
    [{ by: 'day; DROP TABLE sales' }, 'received "day; DROP TABLE sales"'],
    [{ by: TOO_LONG }, 'x…" (5000 characters)'],
    [{ by: 'a\u001b[2Jb' }, 'received "a\\u{1b}[2Jb"'],
    [{ format: 'xml' }, 'format: must be json or csv, received "xml"'],
    [{ from: "2026-11-01' OR 1=1 --" }, DATE_TIME_RULE],
    [{ from: 'NaN' }, 'received "NaN"'],
    [{ from: Number.NaN }, 'received NaN'],
    [{ from: 1_795_329_424_262 }, 'received 1795329424262'],
    [{ from: null }, 'received null'],
    [{ from: '' }, 'received ""'],
    [{ from: 'now' }, DATE_TIME_RULE],
    [{ from: '2026-02-30' }, 'received "2026-02-30"'],
    [{ to: '1969-12-31' }, 'to: must be an ISO 8601'],
    [{ to: '0000-01-01' }, 'to: must be an ISO 8601'],
    [{ to: '+275760-09-13' }, 'to: must be an ISO 8601'],
    [{ from: ['2026-11-01'] }, 'received an array of 1'],
    [
      { from: '2026-11-02', to: '2026-11-01' },
      'from: must be before to, which is 2026-11-01T00:00:00.000Z, received',
    ],
    [{ from: '2026-11-01', to: '2026-11-01' }, 'from: must be before to'],
    [{ from: '2999-01-01' }, 'from: must be before to, which is 2026-11-27T08:30:00.000Z'],
    [{ limit: 0 }, 'limit: must be a whole number from 1 to 1,000, received 0'],
    [{ limit: 1_001 }, 'received 1001'],
    [{ limit: 1.5 }, 'received 1.5'],
    [{ limit: -1 }, 'received -1'],
    [{ limit: '1e3' }, 'received "1e3"'],
    [{ limit: '1; DROP TABLE sales' }, 'received "1; DROP TABLE sales"'],
    [{ limit: '' }, 'received ""'],
    [{ limit: true }, 'received true'],
    [{ limit: '9'.repeat(400) }, 'limit: must be a whole number'],
    [{ by: 'day', limit: 5 }, 'limit: applies only to by=product and by=customer, received 5 with by=day'],
    [{ by: 'hour', from: '1970-01-01', to: '9999-12-31' }, 'received 70,389,504 from 1970-01-01'],
    [{ form: '2026-11-01' }, '"form": is unknown, use one of from, to, by, format, limit'],
    [{ constructor: 'x' }, '"constructor": is unknown'],
    [JSON.parse('{"__proto__":{"by":"day"}}'), '"__proto__": is unknown'],
    [{ by: 'week', limit: 0, x: 1 }, '"x": is unknown, use one of from, to, by, format, limit; by: must'],
  ])('%j', (input, message) => {
    expect(() => read(input)).toThrow(InvalidInputError);
    expect(() => read(input)).toThrow(message);
  });
});

test.each([
  ['day', '2026-11-01T00:00Z', '2026-11-02T00:00Z', '2026-11-01T00:00Z', 1],
  ['day', '2026-11-01T23:59Z', '2026-11-02T00:01Z', '2026-11-01T00:00Z', 2],
  ['day', '2026-11-01T10:00Z', '2026-11-01T11:00Z', '2026-11-01T00:00Z', 1],
  ['hour', '2026-11-01T10:30Z', '2026-11-01T13:00Z', '2026-11-01T10:00Z', 3],
  ['hour', '2028-02-28T23:00Z', '2028-03-01T00:00Z', '2028-02-28T23:00Z', 25],
] as const)('periodsIn by %s from %s to %s starts at %s and counts %d', (period, from, to, first, count) => {
  expect(periodsIn(period, at(from), at(to))).toEqual({ first: at(first), count });
});

test.each([
  [{ by: 'week' }, '--by: must be product, hour, day or customer'],
  [{ from: '2999-01-01' }, '--from: must be before --to, which is'],
  [
    { by: 'day', limit: 5 },
    '--limit: applies only to --by=product and --by=customer, received 5 with --by=day',
  ],
  [{ by: 'hour', from: '1970-01-01' }, '--from, --to: must be at most 1,000 periods apart with --by=hour'],
])('readReportInput names the fields of %j as the caller does', (input, message) => {
  expect(() => readReportInput(input, NOW, (field) => `--${field}`)).toThrow(message);
});
