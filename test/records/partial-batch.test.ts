import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { partialBatch } from '../../lib/records/partial-batch.ts';
import { captureLog } from '../handlers/capture-log.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('an answer names the records that failed, and the log does not quote them', async () => {
  const log = captureLog();
  const handler = middy(async () => [
    { status: 'fulfilled' },
    { status: 'rejected', reason: new RangeError('Jane Doe is unknown') },
  ]).use(partialBatch());
  const Records = ['one', 'two'].map((messageId) => ({ messageId, body: 'Jane Doe' }));
  const answer = await handler({ Records } as unknown as SQSEvent, {} as never);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'two' }] });
  expect(log.text()).not.toContain('Jane');
});
