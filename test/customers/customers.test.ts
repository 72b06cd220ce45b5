import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  answerRefusal,
  readEmailId,
  registerCustomer,
  removeCustomer,
} from '../../lib/customers/customers.ts';
import { InvalidInputError, ServiceError } from '../../lib/errors.ts';
import { parseOrder } from '../../lib/order/order.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { readAnswer } from '../handlers/http-event.ts';
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

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const refused = (code: string, message: string) => new ServiceError('Subscribe', code, message);

test.each([
  ['FilterPolicyLimitExceededException', 'x', 503, /^No room .* filter policy.* room: docs\/customers\.md/],
  ['SubscriptionLimitExceededException', 'x', 503, /^No room .* more subscriptions\. .*docs\/customers\.md/],
  [
    'InvalidParameter',
    'Subscription already exists with different attributes',
    409,
    /DELETE \/customers\/\{email_id\}/,
  ],
  ['InvalidParameter', 'Invalid parameter: Email address', 400, /^email_id must be an address/],
])('what SNS refuses with %s, %s, is answered with %i', (code, message, status, detail) => {
  const answer = readAnswer(answerRefusal(refused(code, message)));
  expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { status } });
  expect(answer.body.detail).toMatch(detail);
  expect(log.entries()).toMatchObject([{ level: 'WARN', message: 'customer refused', status, reason: code }]);
});

test('any other failure is thrown as it is', () => {
  for (const error of [
    refused('AuthorizationError', 'no'),
    new Error('already exists with different attributes'),
  ]) {
    expect(() => answerRefusal(error)).toThrow(error);
  }
  expect(log.entries()).toEqual([]);
});

/** Topics whose subscriptions are these. */
const subscriptions = (status: 'pending' | 'subscribed', ended = 0, pending = 0) => {
  const asked: string[] = [];
  return {
    asked,
    async subscribe(emailId: string) {
      asked.push(emailId);
      return status;
    },
    async unsubscribe(emailId: string) {
      asked.push(emailId);
      return { ended, pending };
    },
  };
};

test('a customer is registered in lower case, and the log does not say who', async () => {
  const topic = subscriptions('pending');
  expect(readAnswer(await registerCustomer({ email_id: 'Jane@Example.com' }, topic))).toMatchObject({
    status: 202,
    body: { email_id: 'jane@example.com', status: 'pending' },
  });
  expect(topic.asked).toEqual(['jane@example.com']);
  expect(log.entries()).toMatchObject([{ level: 'INFO', message: 'customer registered', status: 'pending' }]);
  expect(log.text()).not.toMatch(/jane/i);
});

test('a customer is removed, or told what SNS cannot end yet', async () => {
  const customer = { email_id: 'Jane@Example.com' };
  expect(await removeCustomer(customer, subscriptions('subscribed', 2))).toEqual({ statusCode: 204 });
  expect(readAnswer(await removeCustomer(customer, subscriptions('pending', 0, 1)))).toEqual({
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
