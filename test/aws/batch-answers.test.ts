import { expect, test } from 'vitest';
import { toEntryAnswers } from '../../lib/aws/batch-answers.ts';
import { ServiceError } from '../../lib/errors.ts';

type Answer = Parameters<typeof toEntryAnswers<{ MessageId?: string }, string>>[2];
const read = (size: number, answer: Answer) =>
  toEntryAnswers('Send', size, answer, ({ MessageId = '' }) => MessageId);
const refused = (code: string, message: string, retryable: boolean) => ({
  ok: false,
  error: new ServiceError('Send', code, message),
  retryable,
});

test('answers come in the order sent, and there is none for an entry that is not mentioned', () => {
  const answers = read(4, {
    Successful: [
      { Id: '3', MessageId: 'd' },
      { Id: '0', MessageId: 'a' },
    ],
    Failed: [{ Id: '1', Code: 'InvalidParameter', Message: 'too long', SenderFault: true }],
  });
  expect(answers).toHaveLength(4);
  expect([...answers]).toEqual([
    { ok: true, value: 'a' },
    refused('InvalidParameter', 'too long', false),
    undefined,
    { ok: true, value: 'd' },
  ]);
});

test('a failure is worth another attempt where the service is to blame, or the code says that it passes', () => {
  const answers = read(3, {
    Failed: [
      { Id: '0', Code: 'Odd', Message: 'of the service', SenderFault: false },
      { Id: '1', Code: 'Throttling', Message: 'too fast', SenderFault: true },
      { Id: '2', SenderFault: true },
    ],
  });
  expect(answers).toEqual([
    refused('Odd', 'of the service', true),
    refused('Throttling', 'too fast', true),
    refused('Unknown', 'no message', false),
  ]);
});

test('an answer of nothing answers for nothing', () => {
  expect([...read(2, {})]).toEqual([undefined, undefined]);
});
