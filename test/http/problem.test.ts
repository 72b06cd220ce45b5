import { expect, test } from 'vitest';
import { json, problem } from '../../lib/http/problem.ts';

const read = ({ statusCode, headers, body = '' }: ReturnType<typeof problem>) => ({
  statusCode,
  headers,
  body: JSON.parse(body),
});

test('an answer is JSON, and says so', () => {
  expect(read(json(202, { accepted: [1] }))).toEqual({
    statusCode: 202,
    headers: { 'content-type': 'application/json' },
    body: { accepted: [1] },
  });
});

test('a problem has the members and the content type of RFC 9457, and those of its own', () => {
  expect(read(problem(400, 'count: must be 1 or more, received 0', { errors: ['count'] }))).toEqual({
    statusCode: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'count: must be 1 or more, received 0',
      errors: ['count'],
    },
  });
});

// RFC 9457, section 4.2.1: a problem of about:blank has the status' own phrase as its title (RFC 9110, section 15).
test.each([
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [409, 'Conflict'],
  [413, 'Content Too Large'],
  [415, 'Unsupported Media Type'],
  [421, 'Misdirected Request'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
] as const)('a problem with status %i is titled %s', (status, title) => {
  expect(read(problem(status, 'why'))).toMatchObject({ statusCode: status, body: { status, title } });
});
