import { entry, gets, posts, type RequestEntry, request } from './request-entry.ts';

const of = (line: string) => () => request(line);
const RULE = 'order_id must be 1 to 64 of the characters';

/** Requests with unusual methods and paths. */
export const pathRequests: RequestEntry[] = [
  entry('method: GET /orders', gets('/orders'), 404, 'Not Found'),
  ...['PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS', 'PROPFIND', 'PURGE'].map((method) =>
    entry(`method: ${method} /orders`, of(`${method} /orders`), 404, 'Not Found'),
  ),
  entry('method: OPTIONS *', of('OPTIONS *'), 404, 'Not Found'),
  entry('method: HEAD', of('HEAD /orders/never'), 404),
  entry('method: unknown', of('FOO /orders'), 400, 'Bad Request'),
  entry('method: lower-case', of('get /orders'), 400, 'Bad Request'),
  entry('method: CONNECT, as to a proxy', of('CONNECT evil.example:443')),
  entry('path: unknown', gets('/never'), 404, 'Not Found'),
  entry('path: a settings file', gets('/.env'), 404, 'Not Found'),
  entry('path: restock, which has no route', posts('/restock', '{}'), 404, 'Not Found'),
  entry('path: upper-case', posts('/Orders', '{}'), 404, 'Not Found'),
  entry('path: a trailing slash', posts('/orders/', '{}'), 404, 'Not Found'),
  entry('path: two slashes', posts('//orders', '{}'), 404, 'Not Found'),
  entry('path: up one folder', posts('/orders/../customers', '{}'), 404, 'Not Found'),
  entry('path: up to the root', gets('/../../../etc/passwd'), 404, 'Not Found'),
  entry('path: up from the page, encoded', gets('/assets/..%2f..%2fpackage.json'), 404, 'Not Found'),
  entry('path: up from orders, encoded', gets('/orders/..%2f..%2fetc%2fpasswd'), 400, RULE),
  entry('path: two encoded dots', gets('/orders/%2e%2e'), 404, 'must be the id of a known order'),
  entry('path: NUL', gets('/orders/a%00b'), 400, RULE),
  entry('path: a header after CRLF', gets('/orders/a%0d%0aSet-Cookie:x'), 400, RULE),
  entry('path: SQL', gets("/orders/a'%3BDROP%20TABLE%20sales--"), 400, RULE),
  entry('path: parameters after a semicolon', gets('/orders/a;b=c'), 400, RULE),
  entry('path: an order_id of 65 characters', gets(`/orders/${'a'.repeat(65)}`), 400, RULE),
  entry('path: an order_id of 1,025 characters', gets(`/orders/${'a'.repeat(1_025)}`), 414, 'URI Too Long'),
  entry(
    'path: 20,000 characters',
    gets(`/orders/${'a'.repeat(20_000)}`),
    431,
    'Request Header Fields Too Large',
  ),
  entry('path: an invalid percent encoding', gets('/orders/%zz'), 400, 'Bad Request'),
  entry('path: a slash in overlong UTF-8', gets('/orders/%c0%af'), 400, 'Bad Request'),
  entry('path: unencoded non-ASCII letters', gets('/orders/é'), 400, 'Bad Request'),
  entry('path: an e-mail address', gets('@evil.example/'), 400, 'Bad Request'),
  entry('path: __proto__', gets('/orders/__proto__'), 404, 'must be the id of a known order'),
  entry(
    'path: the URL of another host',
    gets('http://evil.example/orders/never'),
    404,
    'must be the id of a known order',
  ),
];
