import { gzipSync } from 'node:zlib';
import { seedOrder } from '../../order/seed-order.ts';
import { entry, posts, type RequestEntry, request } from './request-entry.ts';

const order = JSON.stringify(seedOrder);
const deep = (): string => '['.repeat(100_000) + ']'.repeat(100_000);
const NOT_JSON = 'body: must be JSON';
const FIELDS = ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp', 'order_id'];

/** Creates 1,000 orders whose fields are all invalid, and seven times as long when escaped in an error. */
const allWrong = (): string =>
  JSON.stringify(
    Array.from({ length: 1_000 }, () =>
      Object.fromEntries(FIELDS.map((field) => [field, '\u007f'.repeat(81)])),
    ),
  );

/** Bodies for `POST /orders`. */
export const orderRequests: RequestEntry[] = [
  entry('POST /orders: no body', () => request('POST /orders'), 400, 'received an empty body'),
  entry('POST /orders: an empty body', posts('/orders', ''), 400, 'received an empty body'),
  entry('POST /orders: an empty array', posts('/orders', '[]'), 400, 'array of 1 to 1000, received 0'),
  entry(
    'POST /orders: 1,001 orders',
    posts('/orders', () => `[${`${order},`.repeat(1_000)}${order}]`),
    400,
    'received 1001',
  ),
  entry(
    'POST /orders: 1,000 zeros',
    posts('/orders', () => `[${'0,'.repeat(999)}0]`),
    400,
    'not_an_object',
  ),
  entry('POST /orders: an array of arrays', posts('/orders', `[[${order}]]`), 400, 'not_an_object'),
  entry('POST /orders: arrays nested 100,000 deep', posts('/orders', deep), 400, 'not_an_object'),
  entry('POST /orders: a truncated order', posts('/orders', order.slice(0, 50)), 400, NOT_JSON),
  entry('POST /orders: a terminal escape', posts('/orders', '\u001b[31m'), 400, '\\\\u{1b}'),
  entry(
    'POST /orders: bytes that are not text',
    posts('/orders', Buffer.from([0xff, 0xfe, 0, 1])),
    400,
    NOT_JSON,
  ),
  entry(
    'POST /orders: bytes that are not UTF-8',
    posts('/orders', Buffer.from([0x22, 0xff, 0x22])),
    400,
    'not_an_object',
  ),
  entry(
    'POST /orders: 1 MiB plus one byte',
    posts('/orders', () => ' '.repeat(1_048_577)),
    413,
    'at most 1,048,576 bytes',
  ),
  entry(
    'POST /orders: 11 MiB',
    posts('/orders', () => Buffer.alloc(11 * 1_048_576, ' ')),
    413,
    'Payload Too Large',
  ),
  entry(
    'POST /orders: 1,000 orders with all fields invalid',
    posts('/orders', allWrong),
    400,
    'invalid_format',
  ),
  entry('POST /orders: text/plain', posts('/orders', order, ['Content-Type: text/plain']), 202),
  entry('POST /orders: no content type', posts('/orders', order, []), 202),
  entry(
    'POST /orders: JSON with the content type of a form',
    posts('/orders', order, ['Content-Type: application/x-www-form-urlencoded']),
    202,
  ),
  entry(
    'POST /orders: JSON with the content type of an image',
    posts('/orders', order, ['Content-Type: image/png']),
    202,
  ),
  entry('POST /orders: XML', posts('/orders', '<order/>', ['Content-Type: text/xml']), 400, NOT_JSON),
  entry(
    'POST /orders: multipart',
    posts('/orders', '--x\r\n\r\n{}\r\n--x--', ['Content-Type: multipart/form-data; boundary=x']),
    400,
    NOT_JSON,
  ),
  entry(
    'POST /orders: UTF-16',
    posts('/orders', Buffer.from(order, 'utf16le'), ['Content-Type: application/json; charset=utf-16']),
    400,
    NOT_JSON,
  ),
  entry(
    'POST /orders: an invalid content type',
    posts('/orders', order, ['Content-Type: ;;;']),
    415,
    'Unsupported Media Type',
  ),
  entry(
    'POST /orders: an empty content type',
    posts('/orders', order, ['Content-Type: ']),
    415,
    'Unsupported Media Type',
  ),
  entry(
    'POST /orders: a content type of 10,000 characters',
    posts('/orders', order, [`Content-Type: ${'a'.repeat(10_000)}`]),
    415,
    'Unsupported Media Type',
  ),
  entry('POST /orders: gzip', posts('/orders', gzipSync(order), ['Content-Encoding: gzip']), 400, NOT_JSON),
  entry(
    'POST /orders: a method override header',
    posts('/orders', order, ['X-HTTP-Method-Override: DELETE']),
    202,
  ),
];
