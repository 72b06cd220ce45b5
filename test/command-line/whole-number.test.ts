import { expect, test } from 'vitest';
import { UsageError } from '../../lib/command-line/usage-error.ts';
import { wholeNumber } from '../../lib/command-line/whole-number.ts';

test.each([
  ['1', 1],
  ['0042', 42],
  ['65535', 65_535],
])('%s is a whole number of the range', (text, value) => {
  expect(wholeNumber('--port', text, 1, 65_535)).toBe(value);
});

test.each(['0', '65536', '1.5', '-1', '+1', '1e3', '0x10', ' 1', '1 ', 'one', '１'])(
  'what is not one is refused with the option, the rule and the value: %j',
  (text) => {
    const message = `--port: must be a whole number from 1 to 65,535, received ${text}`;
    expect(() => wholeNumber('--port', text, 1, 65_535)).toThrow(new UsageError(message));
  },
);

test('an empty value is called nothing', () => {
  const refusal = new UsageError('--count: must be a whole number from 1,000 to 2,000, received nothing');
  expect(() => wholeNumber('--count', '', 1_000, 2_000)).toThrow(refusal);
  expect(refusal.name).toBe('UsageError');
});
