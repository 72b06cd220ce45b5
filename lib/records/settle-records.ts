import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSRecord } from 'aws-lambda';
import type { Queue } from '../aws/queue.ts';
import { logger } from '../observability/logger.ts';
import type { OrderIssue } from '../order/order.ts';

/** The part of a function's outcome that decides what happens to its message. */
export interface MessageOutcome {
  /** Why the message failed. Default: it is processed, and deleted. */
  error?: Error;
  /** Seconds until a failed message is redelivered. Default: what is left of the queue's visibility timeout. */
  retryInSeconds?: number;
}

/**
 * The outcome of a message that can never be processed: redelivered after a second, it has its three receives within seconds,
 * and then waits in the dead-letter queue.
 */
export const hopeless = (error: Error) => ({ error, retryInSeconds: 1 });

/** The outcome of a message whose body breaks these rules. */
export const refused = (issues: readonly OrderIssue[]) =>
  hopeless(new Error(issues.map(({ message }) => message).join('; ')));

/**
 * Turns the outcomes of a batch into the results that `@middy/sqs-partial-batch-failure` expects, and sets when failed messages
 * are redelivered. Failing to set that only costs time, so it is logged and not thrown.
 *
 * @returns one result per record, in the order given
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
 * Middleware that answers Lambda with the records that failed, and only those. Its own way of logging, which prints
 * whole records, is replaced: bodies hold personal data.
 */
export const partialBatch = () =>
  sqsPartialBatchFailure({
    logger: (reason: Error, record: SQSRecord) =>
      logger.debug('record failed', { message_id: record.messageId, reason: reason.name }),
  });
