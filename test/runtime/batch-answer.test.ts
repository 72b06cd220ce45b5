import { expect, test } from 'vitest';
import { readBatchAnswer } from '../../runtime/batch-answer.ts';

// Answers as JSON are tested in test/local/read-invoke-result.test.ts.
test('treats an answer without a body as success of all messages', () => {
  expect(readBatchAnswer(undefined, ['one'])).toEqual({ failed: new Set() });
});
