import { describe, expect, test } from 'vitest';
import {
  DatabaseError,
  isNotConnected,
  isTransient,
  isUnreachable,
  ServiceError,
  toServiceError,
  withServiceErrors,
} from '../lib/errors.ts';

// Codes from each service's API reference or SDK.
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
])('isTransient is true for codes of throttling and failures of %s', (_, codes) => {
  expect(codes.filter((code) => !isTransient(code))).toEqual([]);
});

test.each(['AccessDenied', 'InvalidParameter', 'ValidationException', 'NoSuchKey', 'Unknown', ''])(
  'isTransient is false for %s',
  (code) => expect(isTransient(code)).toBe(false),
);

test('toServiceError uses the name of an SDK error as code, and keeps the error as cause', () => {
  const thrown = Object.assign(new Error('no such table'), { name: 'ResourceNotFoundException' });
  const error = toServiceError('BatchGetItem', thrown);
  expect(error).toBeInstanceOf(ServiceError);
  expect(error).toMatchObject({ name: 'ServiceError', code: 'ResourceNotFoundException', cause: thrown });
  expect(error.message).toBe('BatchGetItem: ResourceNotFoundException: no such table');
});

test('toServiceError uses the code of a Node error, which may have no message', () => {
  const thrown = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  expect(toServiceError('PublishBatch', thrown).message).toBe('PublishBatch: ECONNREFUSED: no message');
});

test('toServiceError returns a ServiceError unchanged', () => {
  const error = new ServiceError('GetObject a/b', 'NoSuchKey', 'gone');
  expect(toServiceError('elsewhere', error)).toBe(error);
});

test('toServiceError converts a value that is not an error', () => {
  expect(toServiceError('PutObject', 'nonsense')).toMatchObject({
    code: 'Unknown',
    message: 'PutObject: Unknown: nonsense',
  });
});

test('toServiceError uses the name of an error whose code is not a string', () => {
  const thrown = Object.assign(new RangeError('odd'), { code: 7 });
  expect(toServiceError('Publish', thrown).code).toBe('RangeError');
});

test('withServiceErrors converts an error and returns a result unchanged', async () => {
  expect(await withServiceErrors('Publish', Promise.resolve('done'))).toBe('done');
  await expect(withServiceErrors('Publish', Promise.reject(new RangeError('odd')))).rejects.toEqual(
    new ServiceError('Publish', 'RangeError', 'odd'),
  );
});

test.each(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'TimeoutError'])(
  'isNotConnected is true for %s',
  (code) => expect(isNotConnected(code)).toBe(true),
);

test.each(['ETIMEDOUT', 'ECONNRESET', 'EPIPE', 'Unknown'])(
  'isNotConnected is false for %s, because the service may have received the request',
  (code) => expect(isNotConnected(code)).toBe(false),
);

const errorsOf = (code: string) => [
  new DatabaseError(code, 'injected', false),
  new ServiceError('Query', code, 'injected'),
];

describe('isUnreachable is true', () => {
  test.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'TimeoutError', 'connection_lost'],
    ...['08006', '57P01', '57P02', '57P03', 'statement_not_finished', 'Unprocessed'],
    ...[
      'ThrottlingException',
      'ServiceUnavailable',
      'InternalServerException',
      'InternalServerErrorException',
    ],
  ])('for a database or service error with code %s', (code) => {
    expect(errorsOf(code).map(isUnreachable)).toEqual([true, true]);
  });

  test('for a DatabaseError that is marked as unreachable', () => {
    expect(isUnreachable(new DatabaseError('53300', 'too many connections', true))).toBe(true);
  });
});

describe('isUnreachable is false', () => {
  test.each([
    ...['42P01', '22012', '57014', '57P04', '080060', 'X08006', 'statement_failed', 'statement_aborted'],
    ...['unexpected_answer', 'AccessDeniedException', 'ValidationException'],
  ])('for %s, which an operator has to fix', (code) => {
    expect(errorsOf(code).map(isUnreachable)).toEqual([false, false]);
  });

  test('for any other error, even with such a code', () => {
    const resets = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    expect([resets, 'ECONNRESET', undefined].map(isUnreachable)).toEqual([false, false, false]);
  });
});
