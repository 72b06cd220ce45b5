import type { Request } from '@middy/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InvalidInputError, ServiceError, UnavailableError } from '../../lib/errors.ts';
import { explainToCaller, json, problem, problemOnError } from '../../lib/http/problem.ts';
import { BodyTooLargeError } from '../../lib/http/request.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { httpEvent } from '../handlers/http-event.ts';

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

describe('a caller', () => {
  test.each([
    [400, new InvalidInputError('count: must be 1 or more, received 0')],
    [413, new BodyTooLargeError('body: must have at most 9 bytes, received 10')],
    [503, new UnavailableError('the warehouse is out of reach')],
  ])('is told %i and the message of an error that is meant for them', (status, error) => {
    expect(explainToCaller(error)).toEqual({ status, detail: error.message });
  });

  test('is told to try again in a minute where something is out of reach, and not what', () => {
    const error = new ServiceError('SendMessageBatch', 'ECONNREFUSED', 'connect 10.0.0.7:443');
    expect(explainToCaller(error)).toEqual({
      status: 503,
      detail: 'A database or service is out of reach or waking up: try again in a minute.',
    });
  });

  test.each([new Error('column "price" of 10.0.0.7'), 'thrown text', undefined])(
    'is told nothing of the inside by any other error: %s',
    (error) => {
      expect(explainToCaller(error)).toEqual({
        status: 500,
        detail: 'The request could not be handled. Nothing is known to be wrong with it: try again.',
      });
    },
  );
});

test('errors that are meant for callers carry a name and a code of their own', () => {
  const faults = [new UnavailableError('out'), new InvalidInputError('bad')];
  expect(faults.map(({ name, code }) => [name, code])).toEqual([
    ['UnavailableError', 'unavailable'],
    ['InvalidInputError', 'invalid_input'],
  ]);
});

let log: ReturnType<typeof captureLog>;

beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What is answered in place of the error; undefined where the error stands. */
function answerFor(event: unknown, error: Error): unknown {
  const request = { event, error, response: undefined } as unknown as Request;
  problemOnError().onError?.(request);
  return request.response;
}

test('a caller over HTTP is answered with a problem, and a fault of theirs is not logged', () => {
  const error = new InvalidInputError('count: must be 1 or more, received 0');
  expect(answerFor(httpEvent('/orders'), error)).toMatchObject({
    statusCode: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: expect.stringContaining('received 0'),
  });
  expect(log.entries()).toEqual([]);
});

test('a fault of ours is logged with what the caller is not told', () => {
  const answer = answerFor(httpEvent('/orders'), new Error('column "price"'));
  expect(answer).toMatchObject({ statusCode: 500, body: expect.not.stringContaining('price') });
  expect(log.lines('request failed')).toMatchObject([
    { level: 'ERROR', error: { name: 'Error', message: 'column "price"' } },
  ]);
});

test.each([
  ['an invoke', { count: 1 }],
  ['no event', null],
  ['a text', 'rawPath'],
  ['an event with a path alone', { rawPath: '/orders' }],
  ['an event with a context alone', { requestContext: {} }],
])('%s is not HTTP, and gets the error itself', (_, event) => {
  expect(answerFor(event, new Error('failed'))).toBeUndefined();
  expect(log.entries()).toEqual([]);
});
