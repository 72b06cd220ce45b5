import type { Request } from '@middy/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { problemOnError } from '../../lib/http/problem-on-error.ts';
import { InvalidInputError } from '../../lib/invalid-input-error.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { httpEvent } from '../handlers/http-event.ts';

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
