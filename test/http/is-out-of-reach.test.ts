import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../lib/aws/service-error.ts';
import { DatabaseError } from '../../lib/database/database-error.ts';
import { isOutOfReach } from '../../lib/http/is-out-of-reach.ts';

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
