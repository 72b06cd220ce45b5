import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSRecord } from 'aws-lambda';
import type { Queue } from '../aws/queue.ts';
import { logger } from '../observability/logger.ts';
import type { OrderIssue } from '../order/order.ts';

/** The part of a function's outcome that decides what happens to its message. */
export interface MessageOutcome {
  /** Why the message failed. Default: the message was processed and is deleted. */
  error?: Error;
  /** Seconds until a failed message is redelivered. Default: the rest of the queue's visibility timeout. */
  retryInSeconds?: number;
}

/**
 * Returns the outcome of a message that can never be processed. Redelivery after one second moves it to the dead-letter queue
 * within seconds, after its three receives.
 */
export const permanentFailure = (error: Error) => ({ error, retryInSeconds: 1 });

/** Returns the outcome of a message with an invalid body. */
export const invalidMessage = (issues: readonly OrderIssue[]) =>
  permanentFailure(new Error(issues.map(({ message }) => message).join('; ')));

/**
 * Converts the outcomes of a batch to the results that `@middy/sqs-partial-batch-failure` expects, and sets the visibility
 * timeout of failed messages. If that fails, redelivery is only delayed, so the error is logged and not thrown.
 *
 * @returns One result per record, in the same order.
 */
export async function settleRecords(
  records: readonly SQSRecord[],
  outcomes: readonly MessageOutcome[],
  queue: Pick<Queue, 'changeVisibility'>,
): Promise<PromiseSettledResult<void>[]> {
  const handlesBySeconds = new Map<number, string[]>();
  const settled = records.map(({ receiptHandle }, index): PromiseSettledResult<void> => {
    const { error, retryInSeconds } = outcomes[index] ?? { error: new Error('record: no outcome') };
    if (!error) return { status: 'fulfilled', value: undefined };
    if (retryInSeconds !== undefined) {
      const handles = handlesBySeconds.get(retryInSeconds);
      if (handles) handles.push(receiptHandle);
      else handlesBySeconds.set(retryInSeconds, [receiptHandle]);
    }
    return { status: 'rejected', reason: error };
  });

  for (const [seconds, handles] of handlesBySeconds) {
    const changes = await queue.changeVisibility(handles, seconds);
    const failed = changes.find((change) => !change.ok);
    if (failed && !failed.ok) logger.warn('retry pace not set, visibility timeout applies', failed.error);
  }
  return settled;
}

/**
 * Middleware that returns the failed records of a batch to Lambda. Replaces the package's logger, which prints whole records:
 * bodies contain personal data.
 */
export const partialBatch = () =>
  sqsPartialBatchFailure({
    logger: (reason: Error, record: SQSRecord) =>
      logger.debug('record failed', { message_id: record.messageId, reason: reason.name }),
  });
