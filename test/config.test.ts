import { afterEach, expect, test, vi } from 'vitest';
import { readConfig } from '../lib/config.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('readConfig converts each setting to its type', () => {
  vi.stubEnv('ORDER_QUEUE_URL', 'https://sqs.us-east-1.amazonaws.com/123456789012/orders');
  vi.stubEnv('PRODUCER_DEFAULT_COUNT', '250');
  expect(readConfig('ORDER_QUEUE_URL', 'PRODUCER_DEFAULT_COUNT')).toEqual({
    ORDER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/orders',
    PRODUCER_DEFAULT_COUNT: 250,
  });
});

test('readConfig treats the staging bucket as optional, although its name has a required ending', () => {
  vi.stubEnv('SALES_STAGING_BUCKET_NAME', '');
  expect(readConfig('SALES_STAGING_BUCKET_NAME')).toEqual({ SALES_STAGING_BUCKET_NAME: undefined });
});

test('readConfig requires only the settings that are read', () => {
  vi.stubEnv('ORDER_QUEUE_URL', 'nonsense');
  vi.stubEnv('LEDGER_TABLE_NAME', 'ledger');
  expect(readConfig('LEDGER_TABLE_NAME')).toEqual({ LEDGER_TABLE_NAME: 'ledger' });
});

test('readConfig accepts a variable of any resource by the ending of its name', () => {
  vi.stubEnv('LOYALTY_QUEUE_URL', 'https://sqs.us-east-1.amazonaws.com/123456789012/loyalty');
  vi.stubEnv('LOYALTY_TABLE_NAME', 'points');
  const { LOYALTY_QUEUE_URL, LOYALTY_TABLE_NAME } = readConfig('LOYALTY_QUEUE_URL', 'LOYALTY_TABLE_NAME');
  expect(new URL(LOYALTY_QUEUE_URL).pathname).toBe('/123456789012/loyalty');
  expect(LOYALTY_TABLE_NAME).toBe('points');
});

test('readConfig throws a TypeError for a name that has no known ending', () => {
  expect(() => readConfig('LOYALTY_LEVEL' as 'EDITOR')).toThrow(
    'setting LOYALTY_LEVEL: must end in one of _QUEUE_URL, _TABLE_NAME, _BUCKET_NAME, _TOPIC_ARN',
  );
});

test.each([
  ['LOYALTY_QUEUE_URL', 'loyalty', 'must be a URL'],
  ['LOYALTY_TABLE_NAME', 'ab', 'must be a name of at least 3 characters'],
  ['LOYALTY_BUCKET_NAME', 'ab', 'must be a name of at least 3 characters'],
  ['LOYALTY_TOPIC_ARN', 'loyalty', 'must be an ARN'],
  ['ORDER_QUEUE_URL', 'orders', 'must be a URL'],
  ['UPLOAD_BUCKET_NAME', 'ab', 'must be a name of at least 3 characters'],
  ['ORDER_EVENTS_TOPIC_ARN', 'order-events', 'must be an ARN'],
  ['PRODUCER_DEFAULT_COUNT', 'many', 'must be a whole number from 1 to 1,000,000'],
  ['PRODUCER_DEFAULT_COUNT', '0', 'must be a whole number from 1 to 1,000,000'],
  ['PRODUCER_DEFAULT_COUNT', '1.5', 'must be a whole number from 1 to 1,000,000'],
  ['AWS_ENDPOINT_URL', '127.0.0.1', 'must be a URL'],
] as const)('readConfig throws the rule of a setting for %s=%s', (name, value, rule) => {
  vi.stubEnv(name, value);
  expect(() => readConfig(name)).toThrow(`environment variables: ${name}: ${rule}, received ${value}`);
});

test.each([undefined, ''])(
  'readConfig lists a missing setting and all other invalid ones (%j)',
  (missing) => {
    vi.stubEnv('ORDER_QUEUE_URL', missing);
    vi.stubEnv('LEDGER_TABLE_NAME', 'x');
    expect(() => readConfig('ORDER_QUEUE_URL', 'LEDGER_TABLE_NAME')).toThrow(
      'environment variables: ORDER_QUEUE_URL: must be a URL, received nothing; ' +
        'LEDGER_TABLE_NAME: must be a name of at least 3 characters, received x',
    );
  },
);

test.each([undefined, ''])('readConfig treats the endpoint as optional (%j)', (endpoint) => {
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  expect(readConfig('AWS_ENDPOINT_URL')).toEqual({ AWS_ENDPOINT_URL: undefined });
});
