import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addNumbers,
  compareNumbers,
  normalizeNumber,
  subtractNumbers,
} from '../../../local/dynamodb/numbers.ts';

test.each([
  ['0', '0'],
  ['-0', '0'],
  ['0.000', '0'],
  ['007', '7'],
  ['1.0', '1'],
  ['.5', '0.5'],
  ['-000123.4500', '-123.45'],
  ['100', '100'],
  ['100e-2', '1'],
  ['1e-7', '0.0000001'],
  ['1.5E+3', '1500'],
  ['1795329424262', '1795329424262'],
  ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ['9.99e125', `999${'0'.repeat(123)}`],
  ['1e-130', `0.${'0'.repeat(129)}1`],
])('the number %s is stored as %s', (text, stored) => {
  expect(normalizeNumber(text)).toBe(stored);
  expect(normalizeNumber(stored)).toBe(stored);
});

test.each([
  ['', 'The parameter cannot be converted to a numeric value'],
  ['many', 'The parameter cannot be converted to a numeric value: many'],
  ['1e', 'The parameter cannot be converted to a numeric value: 1e'],
  ['.', 'The parameter cannot be converted to a numeric value: .'],
  ['0x10', 'The parameter cannot be converted to a numeric value: 0x10'],
  ['1e126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
  ['1e-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
  [
    '1e999999999999',
    'Number overflow. Attempting to store a number with magnitude larger than supported range',
  ],
  [
    '123456789012345678901234567890123456789',
    'Attempting to store more than 38 significant digits in a Number',
  ],
])('the number "%s" is refused', (text, message) => {
  expect(() => normalizeNumber(text)).toThrow(
    expect.objectContaining({ code: 'ValidationException', message }),
  );
});

/** Decimals as an integer and the number of its digits after the point. */
const decimal = fc.record({ digits: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), scale: fc.nat(18) });
type Decimal = { digits: bigint; scale: number };
const toText = ({ digits, scale }: Decimal) => normalizeNumber(`${digits}e-${scale}`);
const to18 = ({ digits, scale }: Decimal) => digits * 10n ** BigInt(18 - scale);

test('numbers compare by value', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      const order = to18(a) < to18(b) ? -1 : to18(a) > to18(b) ? 1 : 0;
      expect(Math.sign(compareNumbers(toText(a), toText(b)))).toBe(order);
    }),
  );
});

test('sums and differences are exact', () => {
  fc.assert(
    fc.property(decimal, decimal, (a, b) => {
      expect(addNumbers(toText(a), toText(b))).toBe(normalizeNumber(`${to18(a) + to18(b)}e-18`));
      expect(subtractNumbers(toText(a), toText(b))).toBe(normalizeNumber(`${to18(a) - to18(b)}e-18`));
    }),
  );
});

test('a sum with more than 38 digits is refused', () => {
  expect(() => addNumbers('1', normalizeNumber('1e-38'))).toThrow(
    'Attempting to store more than 38 significant digits in a Number',
  );
});
