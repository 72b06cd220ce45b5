import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/errors.ts';
import { capForHttp, readProducerInput } from '../../lib/produce/producer-input.ts';

const DEFAULTS = { count: 100, via: 'queue', ordersPerFile: 1_000 };

test.each([undefined, null, {}])('readProducerInput fills an empty input with defaults: %j', (input) => {
  expect(readProducerInput(input, 100)).toEqual(DEFAULTS);
});

test.each([
  { count: 1 },
  { count: 1_000_000 },
  { via: 's3' },
  { via: 'queue' },
  { ratePerSecond: 0.01 },
  { ratePerSecond: 1_000_000 },
  { seed: 0 },
  { seed: 4_294_967_295 },
  { ordersPerFile: 1 },
  { ordersPerFile: 50_000 },
])('readProducerInput accepts values at the limits: %j', (input) => {
  expect(readProducerInput(input, 100)).toEqual({ ...DEFAULTS, ...input });
});

test.each([
  [{ count: 0 }, 'count: must be a whole number from 1 to 1,000,000, received 0'],
  [{ count: 1_000_001 }, 'count: must be a whole number from 1 to 1,000,000, received 1000001'],
  [{ via: 'mail' }, 'via: must be "queue" or "s3", received "mail"'],
  [{ ratePerSecond: 0 }, 'ratePerSecond: must be a number above 0, at most 1,000,000, received 0'],
  [
    { ratePerSecond: 1_000_001 },
    'ratePerSecond: must be a number above 0, at most 1,000,000, received 1000001',
  ],
  [{ seed: -1 }, 'seed: must be a whole number from 0 to 4,294,967,295, received -1'],
  [{ seed: 2 ** 32 }, 'seed: must be a whole number from 0 to 4,294,967,295, received 4294967296'],
  [{ ordersPerFile: 0 }, 'ordersPerFile: must be a whole number from 1 to 50,000, received 0'],
  [{ ordersPerFile: 50_001 }, 'ordersPerFile: must be a whole number from 1 to 50,000, received 50001'],
  [{ cuont: 5 }, 'cuont: is unknown, use one of count, via, ratePerSecond, seed, ordersPerFile'],
  [
    { count: 0, seed: 0.5 },
    'count: must be a whole number from 1 to 1,000,000, received 0; ' +
      'seed: must be a whole number from 0 to 4,294,967,295, received 0.5',
  ],
  [[1], 'input: must be an object such as {"count":100}, received an array of 1'],
  [
    'x'.repeat(100),
    `input: must be an object such as {"count":100}, received "${'x'.repeat(80)}…" (100 characters)`,
  ],
  [() => 1, 'input: must be an object such as {"count":100}, received () => 1'],
])('readProducerInput rejects an invalid input with field, rule and received value: %j', (input, message) => {
  expect(() => readProducerInput(input, 100)).toThrow(new InvalidInputError(message));
});

const inputOf = (fields: object) => readProducerInput(fields, 1);

describe('capForHttp', () => {
  test.each([{ count: 20_000 }, { count: 200, ratePerSecond: 10 }, { count: 1, ratePerSecond: 0.05 }])(
    'keeps a run of 20 s unchanged: %j',
    (fields) => {
      expect(capForHttp(inputOf(fields))).toEqual({ input: inputOf(fields) });
    },
  );

  test.each([
    [{ count: 20_001, seed: 3 }, 20_000],
    [{ count: 1_000, ratePerSecond: 10 }, 200],
    [{ count: 1_000, ratePerSecond: 0.19 }, 3],
  ])('reduces a longer run to what fits, and returns a notice: %j', (fields, count) => {
    expect(capForHttp(inputOf(fields))).toEqual({
      input: inputOf({ ...fields, count }),
      capped: `count was reduced from ${fields.count} to ${count} to fit the time limit of an HTTP request; invoke the function directly to send more`,
    });
  });

  test('rejects a rate so low that not even one order fits', () => {
    expect(() => capForHttp(inputOf({ count: 1, ratePerSecond: 0.049 }))).toThrow(
      new InvalidInputError('ratePerSecond: must be at least 0.05 over HTTP, received 0.049'),
    );
  });
});
