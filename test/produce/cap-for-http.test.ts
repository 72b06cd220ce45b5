import { describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../lib/invalid-input-error.ts';
import { capForHttp } from '../../lib/produce/cap-for-http.ts';
import { readProducerInput } from '../../lib/produce/producer-input.ts';

const inputOf = (fields: object) => readProducerInput(fields, 1);

describe('a run over HTTP', () => {
  test.each([{ count: 20_000 }, { count: 200, ratePerSecond: 10 }, { count: 1, ratePerSecond: 0.05 }])(
    'that takes 20 s goes as it is: %j',
    (fields) => {
      expect(capForHttp(inputOf(fields))).toEqual({ input: inputOf(fields) });
    },
  );

  test.each([
    [{ count: 20_001, seed: 3 }, 20_000],
    [{ count: 1_000, ratePerSecond: 10 }, 200],
    [{ count: 1_000, ratePerSecond: 0.19 }, 3],
  ])('that takes longer is cut to what fits, and says so: %j', (fields, count) => {
    expect(capForHttp(inputOf(fields))).toEqual({
      input: inputOf({ ...fields, count }),
      capped: `count ${fields.count} was cut to ${count}, which fits the time limit of an HTTP request; invoke the function directly for more`,
    });
  });

  test('at a rate at which not one order fits is refused', () => {
    expect(() => capForHttp(inputOf({ count: 1, ratePerSecond: 0.049 }))).toThrow(
      new InvalidInputError('ratePerSecond: must be at least 0.05 over HTTP, received 0.049'),
    );
  });
});
