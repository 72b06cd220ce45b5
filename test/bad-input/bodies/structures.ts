import { hostileOrder } from '../hostile-order.ts';
import { type BodyEntry, body, confirmed, deadLettered, order } from './body-entry.ts';

const DEPTH = 100_000;
const NOT_JSON = deadLettered(': not_json');
const NOT_AN_OBJECT = deadLettered(': not_an_object');
const MISSING = ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp'].map(
  (field) => `${field}: missing`,
);
const good = (): string => JSON.stringify(hostileOrder());
/** Creates a body of exactly this number of bytes. */
const padded = (bytes: number) => (): string => {
  const empty = JSON.stringify(hostileOrder({ note: '' }));
  return empty.replace('"note":""', `"note":"${'x'.repeat(bytes - empty.length)}"`);
};

/** Bodies that are not JSON, not an object, or an unusual object. */
export const badStructures: BodyEntry[] = [
  body('arrays nested 100,000 deep', () => '['.repeat(DEPTH) + ']'.repeat(DEPTH), NOT_AN_OBJECT),
  body(
    'objects nested 100,000 deep',
    () => `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`,
    deadLettered(...MISSING),
  ),
  body('100,000 opening brackets', () => '['.repeat(DEPTH), NOT_JSON),
  body(
    'a valid order with an unknown field nested 100,000 deep',
    () => good().replace(/\}$/, `,"note":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`),
    confirmed(),
  ),
  body(
    'a name nested 100,000 deep',
    () => good().replace('"Jane Doe"', '['.repeat(DEPTH) + ']'.repeat(DEPTH)),
    deadLettered('customer_name: invalid_type'),
  ),
  body(
    '100,000 unknown fields',
    () =>
      `{${Array.from({ length: DEPTH }, (_, index) => `"${index.toString(36)}":0,`).join('')}${good().slice(1)}`,
    confirmed(),
  ),
  body(
    'a duplicate key, of which the last one counts',
    good().replace(/\}$/, ',"price":1}'),
    confirmed({ price: 1 }),
  ),
  body(
    'a duplicate key, the last one invalid',
    good().replace(/\}$/, ',"price":"free"}'),
    deadLettered('price: invalid_type'),
  ),
  body(
    'a duplicate key, written with an escape',
    good().replace(/\}$/, ',"\\u0070rice":2}'),
    confirmed({ price: 2 }),
  ),
  body(
    '__proto__ with all fields of an order',
    JSON.stringify({}).replace('{', `{"__proto__":${good()}`),
    deadLettered(...MISSING),
  ),
  body(
    '__proto__ in a valid order',
    good().replace('{', '{"__proto__":{"price":0,"admin":true},'),
    confirmed({ price: 39.9 }),
  ),
  body(
    'constructor and prototype in a valid order',
    good().replace('{', '{"constructor":{"prototype":{"price":0}},"prototype":1,'),
    confirmed({ price: 39.9 }),
  ),
  body(
    'toJSON, toString and hasOwnProperty as fields',
    good().replace('{', '{"toJSON":1,"toString":null,"hasOwnProperty":0,'),
    confirmed(),
  ),
  order('fields with other capitalization', { price: undefined, Price: 1 }, deadLettered('price: missing')),
  body('an empty object', '{}', deadLettered(...MISSING)),
  body('null', 'null', NOT_AN_OBJECT),
  body('true', 'true', NOT_AN_OBJECT),
  body('a number', '42', NOT_AN_OBJECT),
  body('a JSON string that holds an order', JSON.stringify(good()), NOT_AN_OBJECT),
  body('an array of orders', `[${good()},${good()}]`, NOT_AN_OBJECT),
  body('an empty array', '[]', NOT_AN_OBJECT),
  body(
    'an SNS envelope around an order',
    JSON.stringify({ Type: 'Notification', Message: good() }),
    deadLettered(...MISSING),
  ),
  body('blank text', ' \n\t ', NOT_JSON),
  body('an empty body', '', { refused: 'MissingParameter' }),
  body('a byte order mark before the order', `\uFEFF${good()}`, NOT_JSON),
  body('white space around the order', `\r\n\t ${good()} \n`, confirmed()),
  body('two consecutive orders', `${good()}\n${good()}`, NOT_JSON),
  body('garbage after the order', `${good()} and more`, NOT_JSON),
  body('a trailing comma', good().replace(/\}$/, ',}'), NOT_JSON),
  body('JSON5: bare keys and single quotes', "{customer_name:'Jane Doe',price:1}", NOT_JSON),
  body('a comment', good().replace('{', '{/* free */'), NOT_JSON),
  body('a truncated order', good().slice(0, 60), NOT_JSON),
  body(
    'XML with an external entity',
    '<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><o>&x;</o>',
    NOT_JSON,
  ),
  body('YAML', 'customer_name: Jane Doe\nprice: 1\n', NOT_JSON),
  body('a form', 'customer_name=Jane+Doe&price=1', NOT_JSON),
  body('base64 of an order', Buffer.from(good()).toString('base64'), NOT_JSON),
  body('UTF-16, its bytes as characters', Buffer.from(good(), 'utf16le').toString('latin1'), {
    refused: 'InvalidMessageContents',
  }),
  body('gzip, its bytes as characters', '\u001f\u008b\u0008\u0000\u0000\u0000', {
    refused: 'InvalidMessageContents',
  }),
  body('a raw NUL after the order', `${good()}\0`, { refused: 'InvalidMessageContents' }),
  body('a raw escape character in a name', good().replace('Jane', '\u001b[31mJane'), {
    refused: 'InvalidMessageContents',
  }),
  body('U+FFFF', good().replace('Jane', 'Jane\uFFFF'), {
    refused: 'InvalidMessageContents',
  }),
  body('a raw line break in a name', good().replace('Jane', 'Jane\n'), NOT_JSON),
  body('a valid order of 1 MiB, mostly an unknown field', padded(1_048_576), confirmed()),
  body('1 MiB plus one byte', padded(1_048_577), { refused: 'InvalidParameterValue' }),
  body('1 MiB of letters', () => 'a'.repeat(1_048_576), NOT_JSON),
  body('1 MiB of spaces', () => ' '.repeat(1_048_576), NOT_JSON),
  body('about 350,000 empty arrays', () => `[${'[],'.repeat(349_000)}[]]`, NOT_AN_OBJECT),
];
