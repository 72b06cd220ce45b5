import { expect, test } from 'vitest';
import { toEntryResults } from '../../lib/aws/batch-response.ts';
import { ServiceError } from '../../lib/errors.ts';

type Answer = Parameters<typeof toEntryResults<{ MessageId?: string }, string>>[2];
const read = (size: number, answer: Answer) =>
  toEntryResults('Send', size, answer, ({ MessageId = '' }) => MessageId);
const failed = (code: string, message: string, retryable: boolean) => ({
  ok: false,
  error: new ServiceError('Send', code, message),
  retryable,
});

test('returns one result per entry in the order sent, and undefined for an entry that the response omits', () => {
  const results = read(4, {
    Successful: [
      { Id: '3', MessageId: 'd' },
      { Id: '0', MessageId: 'a' },
    ],
    Failed: [{ Id: '1', Code: 'InvalidParameter', Message: 'too long', SenderFault: true }],
  });
  expect(results).toHaveLength(4);
  expect([...results]).toEqual([
    { ok: true, value: 'a' },
    failed('InvalidParameter', 'too long', false),
    undefined,
    { ok: true, value: 'd' },
  ]);
});

test('marks an entry as retryable if the service failed or the error code is transient', () => {
  const results = read(3, {
    Failed: [
      { Id: '0', Code: 'Odd', Message: 'of the service', SenderFault: false },
      { Id: '1', Code: 'Throttling', Message: 'too fast', SenderFault: true },
      { Id: '2', SenderFault: true },
    ],
  });
  expect(results).toEqual([
    failed('Odd', 'of the service', true),
    failed('Throttling', 'too fast', true),
    failed('Unknown', 'no message', false),
  ]);
});

test('returns undefined for every entry of an empty response', () => {
  expect([...read(2, {})]).toEqual([undefined, undefined]);
});
