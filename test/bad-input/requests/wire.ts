import { seedOrder } from '../../order/seed-order.ts';
import { entry, gets, type RequestEntry, wire } from './request-entry.ts';

const order = JSON.stringify(seedOrder);
const BAD = [400, 'Bad Request'] as const;
const UNKNOWN_ORDER = 'must be the id of a known order';
const POST = 'POST /orders HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n';
const GET = 'GET /orders/never HTTP/1.1\r\nHost: {host}\r\n';
const chunked = (...lines: string[]) =>
  wire(`${POST}Transfer-Encoding: chunked\r\n\r\n${lines.join('\r\n')}\r\n`);
const ofLength = (length: string, body = '') => wire(`${POST}Content-Length: ${length}\r\n\r\n${body}`);

/** Malformed or unusual HTTP requests. */
export const wireRequests: RequestEntry[] = [
  entry('Host: missing', wire('GET /orders/never HTTP/1.1\r\nConnection: close\r\n\r\n'), 400),
  entry(
    'Host: another site',
    wire('GET /orders/never HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
    421,
    'Host: must be',
  ),
  entry(
    'Host: another port',
    wire('GET /orders/never HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n'),
    421,
    'Host: must be',
  ),
  entry(
    'Host: duplicate, the second for another site',
    wire(`${GET}Host: evil.example\r\nConnection: close\r\n\r\n`),
    400,
    'Host: must be sent once',
  ),
  entry(
    'Host: another site in X-Forwarded-Host',
    gets('/orders/never', 'X-Forwarded-Host: evil.example', 'X-Forwarded-For: 1.2.3.4'),
    404,
    UNKNOWN_ORDER,
  ),
  entry('Origin: another site', gets('/orders/never', 'Origin: http://evil.example'), 403, 'Origin: must be'),
  entry('Origin: null', gets('/orders/never', 'Origin: null'), 403, 'Origin: must be'),
  entry('HTTP/1.0', wire('GET /orders/never HTTP/1.0\r\nHost: {host}\r\n\r\n'), 404, UNKNOWN_ORDER),
  entry('HTTP/1.0 without Host', wire('GET /orders/never HTTP/1.0\r\n\r\n'), 421, 'Host: must be'),
  entry('HTTP/0.9', wire('GET /orders/never\r\n\r\n'), 421, 'Host: must be'),
  entry('HTTP/2', wire('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), ...BAD),
  entry('HTTP/9.9', wire('GET / HTTP/9.9\r\nHost: {host}\r\n\r\n'), ...BAD),
  entry('TLS', wire(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])), ...BAD),
  entry('SMTP', wire('EHLO evil.example\r\n'), ...BAD),
  entry('zeros', wire('\0\0\0\0\r\n\r\n'), ...BAD),
  entry('lines that end with LF', wire('GET /orders/never HTTP/1.1\nHost: {host}\n\n'), ...BAD),
  entry('header: NUL', gets('/orders/never', 'X-A: a\0b'), ...BAD),
  entry('header: a space in its name', gets('/orders/never', 'X A: b'), ...BAD),
  entry('header: folded over two lines', gets('/orders/never', 'X-A: a\r\n b'), ...BAD),
  entry(
    'header: 20,000 characters',
    gets('/orders/never', `X-A: ${'a'.repeat(20_000)}`),
    431,
    'Request Header Fields Too Large',
  ),
  entry(
    'header: 3,000 headers',
    gets('/orders/never', ...Array.from({ length: 3_000 }, (_, index) => `X${index}: 1`)),
    431,
    'Request Header Fields Too Large',
  ),
  entry(
    'header: __proto__ and constructor',
    gets('/orders/never', '__proto__: x', 'constructor: y'),
    404,
    UNKNOWN_ORDER,
  ),
  entry('header: a duplicate', gets('/orders/never', 'X-A: 1', 'X-A: 2'), 404, UNKNOWN_ORDER),
  entry('header: 500 cookies', gets('/orders/never', `Cookie: ${'a=1; '.repeat(500)}`), 404, UNKNOWN_ORDER),
  entry(
    'header: an upgrade to a WebSocket',
    gets('/orders/never', 'Upgrade: websocket', 'Sec-WebSocket-Key: x'),
    404,
    UNKNOWN_ORDER,
  ),
  entry(
    'header: an upgrade to HTTP/2',
    gets('/orders/never', 'Upgrade: h2c', 'HTTP2-Settings: x'),
    404,
    UNKNOWN_ORDER,
  ),
  entry('header: a range', gets('/orders/never', 'Range: bytes=0-1'), 404, UNKNOWN_ORDER),
  entry('header: Accept with only XML', gets('/orders/never', 'Accept: application/xml'), 404, UNKNOWN_ORDER),
  entry(
    'length: Content-Length and chunked encoding',
    wire(`${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x`),
    ...BAD,
  ),
  entry(
    'length: two Content-Length headers',
    wire(`${POST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`),
    ...BAD,
  ),
  entry('length: negative', ofLength('-1'), ...BAD),
  entry('length: hexadecimal', ofLength('0x10'), ...BAD),
  entry('length: 100 TB', ofLength('99999999999999'), 413, 'Payload Too Large'),
  entry('length: more than 64 bits', ofLength('99999999999999999999999'), ...BAD),
  entry('length: shorter than the body', ofLength('2', '{}GET /x HTTP/1.1'), 400),
  entry('chunks: valid', chunked(order.length.toString(16), order, '0', ''), 202),
  entry('chunks: an invalid length', chunked('zz', 'abc', '0', ''), ...BAD),
  entry('chunks: a negative length', chunked('-1', 'abc', '0', ''), ...BAD),
  entry('chunks: a length of more than 64 bits', chunked('FFFFFFFFFFFFFFFFF', 'abc', '0', ''), ...BAD),
  entry(
    'chunks: an extension of 20,000 characters',
    chunked(`2;${'a'.repeat(20_000)}`, '{}', '0', ''),
    ...BAD,
  ),
  entry('chunks: a trailer', chunked('2', '{}', '0', 'X-A: 1', ''), 400, 'missing'),
  entry('chunks: an unknown encoding', wire(`${POST}Transfer-Encoding: xchunked\r\n\r\n`), ...BAD),
  entry('two pipelined requests', wire(`${GET}\r\n${GET}Connection: close\r\n\r\n`), 404, 404),
  entry(
    'Expect: 100-continue',
    wire(`${POST}Expect: 100-continue\r\nContent-Length: ${order.length}\r\n\r\n${order}`),
    100,
    202,
  ),
  entry(
    'Expect: an unknown expectation',
    wire(`${POST}Expect: a-miracle\r\nContent-Length: 2\r\n\r\n{}`),
    417,
  ),
  entry(
    'GET with a body',
    wire(`${GET}Connection: close\r\nContent-Length: 5\r\n\r\nabcde`),
    404,
    UNKNOWN_ORDER,
  ),
];
