import type { Entry } from './entry.ts';

/** What a function is asked, by direct invoke. */
export interface FunctionInput {
  function: 'producer' | 'report' | 'restock' | 'story' | 'customers';
  /** Makes the event, which may be large. */
  event: () => unknown;
}

/** What a function answers: an error of type `InvalidInputError` that says this, or a value. */
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
const MOMENT = 'from: must be an ISO 8601 date';
const QUANTITY = 'quantity: must be a whole number from 1 to 1,000,000,000, received';
const stock = (more: object): object => ({ product_id: 'P-1', quantity: 1, ...more });

/** Inputs of functions. */
export const inputs: InputEntry[] = [
  producer('a count of a billion', { count: 1e9 }, `${COUNT} 1000000000`),
  producer('a count of -1', { count: -1 }, `${COUNT} -1`),
  producer('a count of 1.5', { count: 1.5 }, `${COUNT} 1.5`),
  producer('a count as text', { count: '10' }, `${COUNT} "10"`),
  producer('a count of NaN, which JSON makes null', { count: Number.NaN }, `${COUNT} null`),
  producer('a count 1,000 deep', () => ({ count: deep() }), `${COUNT} an array of 1`),
  producer('a count in an object', { count: { count: 1 } }, `${COUNT} an object`),
  producer('a count in __proto__', proto('{"count":1}'), '__proto__: is not known'),
  producer('a count in an array', [{ count: 1 }], 'input: must be an object'),
  producer('text', 'many', 'input: must be an object'),
  producer(
    'a way that there is not',
    { via: '__proto__' },
    'via: must be "queue" or "s3", received "__proto__"',
  ),
  producer('a rate of nothing', { ratePerSecond: 0 }, 'ratePerSecond: must be a number above 0'),
  producer('a seed of 2**32', { seed: 2 ** 32 }, 'seed: must be a whole number from 0'),
  producer('files of a million orders', { ordersPerFile: 1e6 }, 'ordersPerFile: must be a whole number'),
  producer(
    '100,000 unknown fields',
    () => Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, 0])),
    'and 99,980 more',
  ),
  report(
    'a range that ends before it begins',
    { from: '2026-11-02', to: '2026-11-01' },
    'from: must be before to',
  ),
  report('milliseconds', { from: 1795329424262 }, MOMENT),
  report('a date in an array', { from: ['2026-11-01'] }, MOMENT),
  report('by 1,000 arrays', () => ({ by: deep() }), 'by: must be product, hour, day or customer'),
  report('a limit of 0', { limit: 0 }, 'limit: must be a whole number'),
  report('a limit of 1e9', { limit: 1e9 }, 'limit: must be a whole number'),
  report('a limit in another script', { limit: '١٠' }, 'limit: must be a whole number'),
  report('__proto__', proto('{"by":"day"}'), '"__proto__": is not known'),
  report('an array', [], 'input: must be an object'),
  restock('nothing', {}, 'product_id: must be text'),
  restock('null', null, 'input: must be an item'),
  restock('less than nothing', stock({ quantity: -5 }), `${QUANTITY} -5`),
  restock('half a piece', stock({ quantity: 0.5 }), `${QUANTITY} 0.5`),
  restock('2**53 pieces', stock({ quantity: 2 ** 53 }), `${QUANTITY} 9007199254740992`),
  restock('a quantity as text', stock({ quantity: '1' }), `${QUANTITY} "1"`),
  restock('a quantity 1,000 deep', () => stock({ quantity: deep() }), `${QUANTITY} an array of 1`),
  restock('a name with a line break', stock({ product_name: 'Kettle\nfree' }), 'product_name: must be text'),
  restock('a name of 129 emoji', stock({ product_name: '🫖'.repeat(129) }), 'product_name: must be text'),
  restock('an identity up a folder', stock({ restock_id: '../x' }), 'restock_id: must be 1 to 64'),
  restock('one product twice', [stock({}), stock({ product_id: ' P-1 ' })], 'must be there once'),
  restock(
    'a million items',
    () => ({ items: Array.from({ length: 1_000_000 }, () => 0) }),
    'received an array of 1000000',
  ),
  restock('1,000 items that are none', () => Array.from({ length: 1_000 }, () => null), 'and 980 more'),
  restock('an unknown field of a long name', () => stock({ ['k'.repeat(100_000)]: 1 }), 'is not known'),
  restock(
    '__proto__',
    () => JSON.parse('{"product_id":"P-1","quantity":1,"__proto__":{"quantity":9}}'),
    '__proto__: is not known',
  ),
  story('nothing', {}, 'order_id must be 1 to 64'),
  story('an identity up a folder', { order_id: '../../x' }, 'order_id must be 1 to 64'),
  story('an identity that is an object', { order_id: { toString: 'A-1' } }, 'order_id must be 1 to 64'),
  story('an identity in __proto__', proto('{"order_id":"A-1"}'), 'order_id must be 1 to 64'),
  {
    name: 'story: an order that nobody knows',
    input: { function: 'story', event: () => ({ order_id: 'constructor' }) },
    expected: { answers: null },
  },
  customers('no HTTP event', { email_id: 'a@b.co' }, 'event: must be POST /customers'),
  customers('an HTTP event without its parts', { requestContext: 1 }, 'event: must be POST /customers'),
];
