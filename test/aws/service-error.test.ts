import { expect, test } from 'vitest';
import { isPassing, ServiceError, toServiceError } from '../../lib/aws/service-error.ts';

test.each(['ThrottlingException', 'RequestThrottled', 'SlowDown', 'InternalError', 'ServiceUnavailable'])(
  '%s passes',
  (code) => expect(isPassing(code)).toBe(true),
);

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
