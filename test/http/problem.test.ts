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

test('json returns a JSON body with its content type', () => {
  expect(read(json(202, { accepted: [1] }))).toEqual({
    statusCode: 202,
    headers: { 'content-type': 'application/json' },
    body: { accepted: [1] },
  });
});

test('problem returns the members and the content type of RFC 9457, and its own members', () => {
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

// RFC 9457, section 4.2.1: the title of about:blank is the phrase of the status (RFC 9110, section 15).
test.each([
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [409, 'Conflict'],
  [413, 'Content Too Large'],
  [415, 'Unsupported Media Type'],
  [421, 'Misdirected Request'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
] as const)('problem titles status %i "%s"', (status, title) => {
  expect(read(problem(status, 'why'))).toMatchObject({ statusCode: status, body: { status, title } });
});

describe('explainToCaller', () => {
  test.each([
    [400, new InvalidInputError('count: must be 1 or more, received 0')],
    [413, new BodyTooLargeError('body: must have at most 9 bytes, received 10')],
    [503, new UnavailableError('the warehouse is unavailable')],
  ])('returns status %i and the message of an error that is safe to show', (status, error) => {
    expect(explainToCaller(error)).toEqual({ status, detail: error.message });
  });

  test('returns 503 without details if a service is unavailable', () => {
    const error = new ServiceError('SendMessageBatch', 'ECONNREFUSED', 'connect 10.0.0.7:443');
    expect(explainToCaller(error)).toEqual({
      status: 503,
      detail: 'A database or service is unavailable or resuming. Try again in a minute.',
    });
  });

  test.each([new Error('column "price" of 10.0.0.7'), 'thrown text', undefined])(
    'returns 500 without details for any other error: %s',
    (error) => {
      expect(explainToCaller(error)).toEqual({
        status: 500,
        detail: 'The request could not be processed because of an internal error. Try again.',
      });
    },
  );
});

test('errors that are safe to show have a name and a code', () => {
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

/** Returns the response to an error; undefined if the error is left to Lambda. */
function responseFor(event: unknown, error: Error): unknown {
  const request = { event, error, response: undefined } as unknown as Request;
  problemOnError().onError?.(request);
  return request.response;
}

test('problemOnError responds to invalid input with a problem and does not log it', () => {
  const error = new InvalidInputError('count: must be 1 or more, received 0');
  expect(responseFor(httpEvent('/orders'), error)).toMatchObject({
    statusCode: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: expect.stringContaining('received 0'),
  });
  expect(log.entries()).toEqual([]);
});

test('problemOnError logs the details of an internal error', () => {
  const response = responseFor(httpEvent('/orders'), new Error('column "price"'));
  expect(response).toMatchObject({ statusCode: 500, body: expect.not.stringContaining('price') });
  expect(log.lines('request failed')).toMatchObject([
    { level: 'ERROR', error: { name: 'Error', message: 'column "price"' } },
  ]);
});

test.each([
  ['a direct invocation', { count: 1 }],
  ['null', null],
  ['a text', 'rawPath'],
  ['an event with only a path', { rawPath: '/orders' }],
  ['an event with only a context', { requestContext: {} }],
])('problemOnError leaves the error to Lambda if the event is %s', (_, event) => {
  expect(responseFor(event, new Error('failed'))).toBeUndefined();
  expect(log.entries()).toEqual([]);
});
