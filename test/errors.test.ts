import { describe, expect, test } from 'vitest';
import {
  DatabaseError,
  isNotConnected,
  isOutOfReach,
  isPassing,
  ServiceError,
  toServiceError,
  withServiceErrors,
} from '../lib/errors.ts';

// As each service's API reference, or its SDK, names them.
test.each([
  ['SQS', ['RequestThrottled', 'ServiceUnavailable', 'InternalError', 'InternalFailure']],
  [
    'SNS',
    ['Throttled', 'ThrottledException', 'Throttling', 'InternalErrorException', 'KMSThrottlingException'],
  ],
  ['S3', ['SlowDown', 'ServiceUnavailable', 'InternalError']],
  [
    'DynamoDB',
    [
      ...['ProvisionedThroughputExceeded', 'ProvisionedThroughputExceededException', 'ThrottlingError'],
      ...['InternalServerError', 'RequestLimitExceeded', 'TransactionConflict', 'ThrottlingException'],
    ],
  ],
  ['Lambda and the data APIs', ['TooManyRequestsException', 'LimitExceededException', 'ThrottlingException']],
])('what %s says when it is throttled or unwell passes', (_, codes) => {
  expect(codes.filter((code) => !isPassing(code))).toEqual([]);
});

test.each(['AccessDenied', 'InvalidParameter', 'ValidationException', 'NoSuchKey', 'Unknown', ''])(
  '%s does not pass by itself',
  (code) => expect(isPassing(code)).toBe(false),
);

test('an SDK error is converted by its name and stays as the cause', () => {
  const thrown = Object.assign(new Error('no such table'), { name: 'ResourceNotFoundException' });
  const error = toServiceError('BatchGetItem', thrown);
  expect(error).toBeInstanceOf(ServiceError);
  expect(error).toMatchObject({ name: 'ServiceError', code: 'ResourceNotFoundException', cause: thrown });
  expect(error.message).toBe('BatchGetItem: ResourceNotFoundException: no such table');
});

test('an error of Node is converted by its code, and needs no message', () => {
  const thrown = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  expect(toServiceError('PublishBatch', thrown).message).toBe('PublishBatch: ECONNREFUSED: no message');
});

test('a ServiceError is passed on as it is', () => {
  const error = new ServiceError('GetObject a/b', 'NoSuchKey', 'gone');
  expect(toServiceError('elsewhere', error)).toBe(error);
});

test('what is not an error becomes one', () => {
  expect(toServiceError('PutObject', 'nonsense')).toMatchObject({
    code: 'Unknown',
    message: 'PutObject: Unknown: nonsense',
  });
});

test('an error whose code is no text is converted by its name', () => {
  const thrown = Object.assign(new RangeError('odd'), { code: 7 });
  expect(toServiceError('Publish', thrown).code).toBe('RangeError');
});

test('a call is converted where it fails, and answers as it did where it does not', async () => {
  expect(await withServiceErrors('Publish', Promise.resolve('done'))).toBe('done');
  await expect(withServiceErrors('Publish', Promise.reject(new RangeError('odd')))).rejects.toEqual(
    new ServiceError('Publish', 'RangeError', 'odd'),
  );
});

test.each(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'TimeoutError'])(
  'a request that fails with %s has never left',
  (code) => expect(isNotConnected(code)).toBe(true),
);

test.each(['ETIMEDOUT', 'ECONNRESET', 'EPIPE', 'Unknown'])(
  'a request that fails with %s may have been taken',
  (code) => expect(isNotConnected(code)).toBe(false),
);

const errorsOf = (code: string) => [
  new DatabaseError(code, 'injected', false),
  new ServiceError('Query', code, 'injected'),
];

describe('out of reach for now', () => {
  test.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'TimeoutError', 'connection_lost'],
    ...['08006', '57P01', '57P02', '57P03', 'statement_not_finished', 'Unprocessed'],
    ...[
      'ThrottlingException',
      'ServiceUnavailable',
      'InternalServerException',
      'InternalServerErrorException',
    ],
  ])('is what fails with %s, in a database and in a service', (code) => {
    expect(errorsOf(code).map(isOutOfReach)).toEqual([true, true]);
  });

  test('is a database that says so of itself, whatever the code', () => {
    expect(isOutOfReach(new DatabaseError('53300', 'too many connections', true))).toBe(true);
  });
});

describe('not out of reach', () => {
  test.each([
    ...['42P01', '22012', '57014', '57P04', '080060', 'X08006', 'statement_failed', 'statement_aborted'],
    ...['unexpected_answer', 'AccessDeniedException', 'ValidationException'],
  ])('is what fails with %s: that is ours to mend', (code) => {
    expect(errorsOf(code).map(isOutOfReach)).toEqual([false, false]);
  });

  test('is any other error, even one with such a code', () => {
    const resets = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    expect([resets, 'ECONNRESET', undefined].map(isOutOfReach)).toEqual([false, false, false]);
  });
});
