import { describe, expect, test } from 'vitest';
import { readEmailId } from '../../lib/customers/read-email-id.ts';
import { InvalidInputError } from '../../lib/invalid-input-error.ts';
import { parseOrder } from '../../lib/order/order.ts';
import { seedOrder } from '../order/seed-order.ts';

const ADDRESSES = [
  'jane@example.com',
  "o'brien+shop@mail.example.co.uk",
  '  jane@example.com\n',
  'jane',
  'jane@example',
  'jane@@example.com',
  'jane doe@example.com',
  'jane%40example.com',
  'jane/doe@example.com',
  'jäne@example.com',
  `${'a'.repeat(242)}@example.com`,
  `${'a'.repeat(243)}@example.com`,
  '',
  null,
  7,
];

describe('an address', () => {
  test.each(ADDRESSES)('%j is taken if an order with it is, or refused in the same words', (email_id) => {
    const order = parseOrder({ ...seedOrder, email_id });
    if (order.ok) expect(readEmailId({ email_id })).toBe(order.order.email_id.toLowerCase());
    else {
      expect(() => readEmailId({ email_id })).toThrow(
        new InvalidInputError(order.errors.map(({ message }) => message).join()),
      );
    }
  });

  test('is read in lower case, whatever else is sent', () => {
    expect(readEmailId({ email_id: 'Jane.Doe@Example.COM', name: 'Jane' })).toBe('jane.doe@example.com');
  });

  test.each([[undefined], [null], ['jane@example.com'], [[]]])('is missed in %j', (input) => {
    expect(() => readEmailId(input)).toThrow('email_id must be an e-mail address');
  });
});
