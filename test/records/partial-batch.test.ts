import middy from '@middy/core';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, expect, test, vi } from 'vitest';
import { logger } from '../../lib/observability/logger.ts';
import { partialBatch } from '../../lib/records/settle-records.ts';
import { captureLog } from '../handlers/capture-log.ts';

afterEach(() => {
  logger.setLogLevel('INFO');
  vi.restoreAllMocks();
});

test('partialBatch returns the failed records without logging their bodies', async () => {
  const log = captureLog();
  logger.setLogLevel('DEBUG');
  const handler = middy(async () => [
    { status: 'fulfilled' },
    { status: 'rejected', reason: new RangeError('Jane Doe is unknown') },
  ]).use(partialBatch());
  const Records = ['one', 'two'].map((messageId) => ({ messageId, body: 'Jane Doe' }));
  const answer = await handler({ Records } as unknown as SQSEvent, {} as never);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'two' }] });
  expect(log.entries()).toMatchObject([
    { level: 'DEBUG', message: 'record failed', message_id: 'two', reason: 'RangeError' },
  ]);
  expect(log.text()).not.toContain('Jane');
});
