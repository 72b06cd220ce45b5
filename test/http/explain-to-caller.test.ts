import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../lib/aws/service-error.ts';
import { BodyTooLargeError } from '../../lib/http/body-too-large-error.ts';
import { explainToCaller } from '../../lib/http/explain-to-caller.ts';
import { UnavailableError } from '../../lib/http/unavailable-error.ts';
import { InvalidInputError } from '../../lib/invalid-input-error.ts';

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
