import type { Entry } from './entry.ts';

/** A direct invocation of a function. */
export interface FunctionInput {
  function: 'producer' | 'report' | 'restock' | 'story' | 'customers';
  /** Creates the event, which may be large. */
  event: () => unknown;
}

/** Result of a function: a part of the message of an `InvalidInputError`, or a value. */
export type InputOutcome = { refused: string } | { answers: unknown };

type InputEntry = Entry<FunctionInput, InputOutcome>;

const deep = (): unknown => JSON.parse('['.repeat(1_000) + ']'.repeat(1_000));
const proto = (json: string) => (): unknown => JSON.parse(`{"__proto__":${json}}`);

const of =
  (name: FunctionInput['function']) =>
  (what: string, event: unknown, refused: string): InputEntry => ({
    name: `${name}: ${what}`,
    input: { function: name, event: typeof event === 'function' ? (event as () => unknown) : () => event },
    expected: { refused },
  });
const [producer, report, restock, story, customers] = [
  of('producer'),
  of('report'),
  of('restock'),
  of('story'),
  of('customers'),
];
const COUNT = 'count: must be a whole number from 1 to 1,000,000, received';
const DATE_RULE = 'from: must be an ISO 8601 date';
const QUANTITY = 'quantity: must be a whole number from 1 to 1,000,000,000, received';
const stock = (more: object): object => ({ product_id: 'P-1', quantity: 1, ...more });

/** Inputs of direct invocations. */
export const inputs: InputEntry[] = [
  producer('a count of a billion', { count: 1e9 }, `${COUNT} 1000000000`),
  producer('a count of -1', { count: -1 }, `${COUNT} -1`),
  producer('a count of 1.5', { count: 1.5 }, `${COUNT} 1.5`),
  producer('a count as text', { count: '10' }, `${COUNT} "10"`),
  producer('a count of NaN, which JSON makes null', { count: Number.NaN }, `${COUNT} null`),
  producer('a count nested 1,000 levels deep', () => ({ count: deep() }), `${COUNT} an array of 1`),
  producer('a count in an object', { count: { count: 1 } }, `${COUNT} an object`),
  producer('a count in __proto__', proto('{"count":1}'), '__proto__: is unknown'),
  producer('a count in an array', [{ count: 1 }], 'input: must be an object'),
  producer('a string', 'many', 'input: must be an object'),
  producer(
    'an unknown destination',
    { via: '__proto__' },
    'via: must be "queue" or "s3", received "__proto__"',
  ),
  producer('a rate of 0', { ratePerSecond: 0 }, 'ratePerSecond: must be a number above 0'),
  producer('a seed of 2**32', { seed: 2 ** 32 }, 'seed: must be a whole number from 0'),
  producer('a million orders per file', { ordersPerFile: 1e6 }, 'ordersPerFile: must be a whole number'),
  producer(
    '100,000 unknown fields',
    () => Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 0])),
    'and 99,980 more',
  ),
  report(
    'a range that ends before its start',
    { from: '2026-11-02', to: '2026-11-01' },
    'from: must be before to',
  ),
  report('milliseconds', { from: 1795329424262 }, DATE_RULE),
  report('a date in an array', { from: ['2026-11-01'] }, DATE_RULE),
  report(
    'a grouping nested 1,000 levels deep',
    () => ({ by: deep() }),
    'by: must be product, hour, day or customer',
  ),
  report('a limit of 0', { limit: 0 }, 'limit: must be a whole number'),
  report('a limit of 1e9', { limit: 1e9 }, 'limit: must be a whole number'),
  report('a limit in another script', { limit: '١٠' }, 'limit: must be a whole number'),
  report('__proto__', proto('{"by":"day"}'), '"__proto__": is unknown'),
  report('an array', [], 'input: must be an object'),
  restock('an empty object', {}, 'product_id: must be text'),
  restock('null', null, 'input: must be an item'),
  restock('a quantity of -5', stock({ quantity: -5 }), `${QUANTITY} -5`),
  restock('a quantity of 0.5', stock({ quantity: 0.5 }), `${QUANTITY} 0.5`),
  restock('a quantity of 2**53', stock({ quantity: 2 ** 53 }), `${QUANTITY} 9007199254740992`),
  restock('a quantity as text', stock({ quantity: '1' }), `${QUANTITY} "1"`),
  restock(
    'a quantity nested 1,000 levels deep',
    () => stock({ quantity: deep() }),
    `${QUANTITY} an array of 1`,
  ),
  restock('a name with a line break', stock({ product_name: 'Kettle\nfree' }), 'product_name: must be text'),
  restock('a name of 129 emoji', stock({ product_name: '🫖'.repeat(129) }), 'product_name: must be text'),
  restock('a path as restock_id', stock({ restock_id: '../x' }), 'restock_id: must be 1 to 64'),
  restock('a duplicate product', [stock({}), stock({ product_id: ' P-1 ' })], 'must be unique'),
  restock(
    'a million items',
    () => ({ items: Array.from({ length: 1_000_000 }, () => 0) }),
    'received an array of 1000000',
  ),
  restock('1,000 invalid items', () => Array.from({ length: 1_000 }, () => null), 'and 980 more'),
  restock('an unknown field with a long name', () => stock({ ['k'.repeat(100_000)]: 1 }), 'is unknown'),
  restock(
    '__proto__',
    () => JSON.parse('{"product_id":"P-1","quantity":1,"__proto__":{"quantity":9}}'),
    '__proto__: is unknown',
  ),
  story('an empty object', {}, 'order_id must be 1 to 64'),
  story('a path as order_id', { order_id: '../../x' }, 'order_id must be 1 to 64'),
  story('an object as order_id', { order_id: { toString: 'A-1' } }, 'order_id must be 1 to 64'),
  story('an order_id in __proto__', proto('{"order_id":"A-1"}'), 'order_id must be 1 to 64'),
  {
    name: 'story: an unknown order',
    input: { function: 'story', event: () => ({ order_id: 'constructor' }) },
    expected: { answers: null },
  },
  customers(
    'an event that is not from HTTP',
    { email_id: 'a@b.co' },
    'event: must be an HTTP API event for POST /customers',
  ),
  customers(
    'an incomplete HTTP event',
    { requestContext: 1 },
    'event: must be an HTTP API event for POST /customers',
  ),
];
