import { entry, posts, type RequestEntry } from './request-entry.ts';

const generate = (body: string | (() => string)) => posts('/orders/generate', body);
const COUNT = 'count: must be a whole number from 1 to 1,000,000, received';

/** Bodies for `POST /orders/generate`. */
export const generateRequests: RequestEntry[] = [
  entry('POST /orders/generate: a count of -1', generate('{"count":-1}'), 400, `${COUNT} -1`),
  entry('POST /orders/generate: a count of a billion', generate('{"count":1e9}'), 400, `${COUNT} 1000000000`),
  entry('POST /orders/generate: a count of 1.5', generate('{"count":1.5}'), 400, `${COUNT} 1.5`),
  entry(
    'POST /orders/generate: a count nested 100,000 levels deep',
    generate(() => `{"count":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
    400,
    `${COUNT} an array of 1`,
  ),
  entry(
    'POST /orders/generate: 80,000 unknown fields',
    generate(() => `{${Array.from({ length: 80_000 }, (_, index) => `"k${index}":0`)}}`),
    400,
    'and 79,980 more',
  ),
  entry(
    'POST /orders/generate: a field with a long name',
    generate(() => `{"${'k'.repeat(100_000)}":1}`),
    400,
    'is unknown',
  ),
  entry(
    'POST /orders/generate: __proto__',
    generate('{"__proto__":{"count":5}}'),
    400,
    '__proto__: is unknown',
  ),
  entry(
    'POST /orders/generate: a terminal escape as a field name',
    generate('{"\\u001b[31m":5}'),
    400,
    '\\\\u{1b}[31m: is unknown',
  ),
  entry('POST /orders/generate: an array', generate('[1]'), 400, 'must be an object'),
  entry(
    'POST /orders/generate: a rate of 1e-9',
    generate('{"ratePerSecond":1e-9}'),
    400,
    'ratePerSecond: must be at least 0.05',
  ),
  entry('POST /orders/generate: not JSON', generate('count=5'), 400, 'body: must be JSON'),
];
