import { expect, test } from 'vitest';
import { readBatchAnswer } from '../../lib/records/batch-answer.ts';

// What answers mean as JSON is tested where functions are invoked: test/local/batch-answer.test.ts.
test('a handler that returns nothing has failed no message', () => {
  expect(readBatchAnswer(undefined, ['one'])).toEqual({ failed: new Set() });
});
