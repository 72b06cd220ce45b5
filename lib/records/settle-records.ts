import type { SQSRecord } from 'aws-lambda';
import type { MessageVisibility } from '../aws/message-visibility.ts';
import { logger } from '../observability/logger.ts';

/** What became of one record of an SQS batch. */
export type RecordOutcome =
  | { ok: true }
  | {
      ok: false;
      error: Error;
      /** Seconds until the message comes back; where it is left out, the queue's visibility timeout runs its course. */
      retryInSeconds?: number;
    };

/**
 * Retry pace of a record that can never succeed, in seconds: its three receives take seconds, and it waits in the
 * dead-letter queue rather than in the queue.
 */
export const HOPELESS_RETRY_SECONDS = 1;

/**
 * Turns outcomes into what `@middy/sqs-partial-batch-failure` expects, and sets the pace at which failed records come
 * back. Failing to set it only costs time, so that is logged and not thrown.
 *
 * @returns one settled result per record, in the order given
 */
export async function settleRecords(
  records: readonly SQSRecord[],
  outcomes: readonly RecordOutcome[],
  visibility: MessageVisibility,
): Promise<PromiseSettledResult<void>[]> {
  const handlesBySeconds = new Map<number, string[]>();
  const settled = records.map(({ receiptHandle }, index): PromiseSettledResult<void> => {
    const outcome = outcomes[index] ?? { ok: false, error: new Error('record: no outcome') };
    if (outcome.ok) return { status: 'fulfilled', value: undefined };
    if (outcome.retryInSeconds !== undefined) {
      const handles = handlesBySeconds.get(outcome.retryInSeconds);
      if (handles) handles.push(receiptHandle);
      else handlesBySeconds.set(outcome.retryInSeconds, [receiptHandle]);
    }
    return { status: 'rejected', reason: outcome.error };
  });

  for (const [seconds, handles] of handlesBySeconds) {
    const changes = await visibility.comeBackIn(handles, seconds);
    const refused = changes.find((change) => !change.ok);
    if (refused && !refused.ok) logger.warn('retry pace not set, visibility timeout applies', refused.error);
  }
  return settled;
}
