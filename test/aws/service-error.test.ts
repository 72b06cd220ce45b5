import { expect, test } from 'vitest';
import {
  converted,
  isNotConnected,
  isPassing,
  ServiceError,
  toServiceError,
} from '../../lib/aws/service-error.ts';

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
  expect(await converted('Publish', Promise.resolve('done'))).toBe('done');
  await expect(converted('Publish', Promise.reject(new RangeError('odd')))).rejects.toEqual(
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
