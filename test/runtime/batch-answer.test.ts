import { expect, test } from 'vitest';
import { readBatchAnswer } from '../../runtime/batch-answer.ts';

// What answers mean as JSON is tested where functions are invoked: test/local/settle-batch.test.ts.
test('a handler that returns nothing has failed no message', () => {
  expect(readBatchAnswer(undefined, ['one'])).toEqual({ failed: new Set() });
});
