import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  readEmailId,
  refusalResponse,
  registerCustomer,
  removeCustomer,
} from '../../lib/customers/customers.ts';
import { InvalidInputError, ServiceError } from '../../lib/errors.ts';
import { parseOrder } from '../../lib/order/order.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { readResponse } from '../handlers/http-event.ts';
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

describe('readEmailId', () => {
  test.each(ADDRESSES)(
    'treats %j like the email_id of an order: accepts it, or throws the same message',
    (email_id) => {
      const order = parseOrder({ ...seedOrder, email_id });
      if (order.ok) expect(readEmailId({ email_id })).toBe(order.order.email_id.toLowerCase());
      else {
        expect(() => readEmailId({ email_id })).toThrow(
          new InvalidInputError(order.errors.map(({ message }) => message).join()),
        );
      }
    },
  );

  test('returns the address in lower case and ignores other fields', () => {
    expect(readEmailId({ email_id: 'Jane.Doe@Example.COM', name: 'Jane' })).toBe('jane.doe@example.com');
  });

  test.each([[undefined], [null], ['jane@example.com'], [[]]])(
    'throws for %j, which has no address',
    (input) => {
      expect(() => readEmailId(input)).toThrow('email_id must be an e-mail address');
    },
  );
});

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const snsError = (code: string, message: string) => new ServiceError('Subscribe', code, message);

test.each([
  [
    'FilterPolicyLimitExceededException',
    'x',
    503,
    /quota of filter policies is reached.* docs\/customers\.md/,
  ],
  ['SubscriptionLimitExceededException', 'x', 503, /quota of subscriptions is reached.* docs\/customers\.md/],
  [
    'InvalidParameter',
    'Subscription already exists with different attributes',
    409,
    /DELETE \/customers\/\{email_id\}/,
  ],
  ['InvalidParameter', 'Invalid parameter: Email address', 400, /^email_id: SNS does not accept/],
])('refusalResponse converts %s, %s, to status %i', (code, message, status, detail) => {
  const response = readResponse(refusalResponse(snsError(code, message)));
  expect(response).toMatchObject({ status, type: 'application/problem+json', body: { status } });
  expect(response.body.detail).toMatch(detail);
  expect(log.entries()).toMatchObject([{ level: 'WARN', message: 'customer refused', status, reason: code }]);
});

test('refusalResponse throws any other error unchanged', () => {
  for (const error of [
    snsError('AuthorizationError', 'no'),
    new Error('already exists with different attributes'),
  ]) {
    expect(() => refusalResponse(error)).toThrow(error);
  }
  expect(log.entries()).toEqual([]);
});

/** A stand-in for the subscriptions of a topic. */
const subscriptions = (status: 'pending' | 'subscribed', ended = 0, pending = 0) => {
  const addresses: string[] = [];
  return {
    addresses,
    async subscribe(emailId: string) {
      addresses.push(emailId);
      return status;
    },
    async unsubscribe(emailId: string) {
      addresses.push(emailId);
      return { ended, pending };
    },
  };
};

test('registerCustomer subscribes the address in lower case and does not log it', async () => {
  const topic = subscriptions('pending');
  expect(readResponse(await registerCustomer({ email_id: 'Jane@Example.com' }, topic))).toMatchObject({
    status: 202,
    body: { email_id: 'jane@example.com', status: 'pending' },
  });
  expect(topic.addresses).toEqual(['jane@example.com']);
  expect(log.entries()).toMatchObject([{ level: 'INFO', message: 'customer registered', status: 'pending' }]);
  expect(log.text()).not.toMatch(/jane/i);
});

test('removeCustomer responds 204, or 202 for a subscription that SNS cannot end yet', async () => {
  const customer = { email_id: 'Jane@Example.com' };
  expect(await removeCustomer(customer, subscriptions('subscribed', 2))).toEqual({ statusCode: 204 });
  expect(readResponse(await removeCustomer(customer, subscriptions('pending', 0, 1)))).toEqual({
    status: 202,
    type: 'application/json',
    body: {
      email_id: 'jane@example.com',
      status: 'pending',
      detail: expect.stringContaining('48 hours after'),
    },
  });
  expect(log.entries()).toMatchObject([
    { level: 'INFO', message: 'customer removed', ended: 2, pending: 0 },
    { level: 'INFO', message: 'customer removed', ended: 0, pending: 1 },
  ]);
});
