import { InvalidInputError } from '../invalid-input-error.ts';
import { logger } from '../observability/logger.ts';
import { publishCounts } from '../observability/metrics.ts';
import { reasonOf } from '../observability/reasons.ts';
import { UnreadableFileError } from '../order/order-file/unreadable-file-error.ts';
import { HOPELESS_RETRY_SECONDS, type RecordOutcome } from '../records/settle-records.ts';
import { type IngestParts, ingestOrderFile } from './ingest-order-file.ts';
import type { Receipt } from './receipt.ts';
import { readUploadEvent } from './upload-event.ts';

/**
 * Seconds until a file that failed for a passing reason is tried again. The upload queue's visibility timeout, which
 * guards files of 15 minutes, would be 90 minutes; the invocation is over here, so there is nothing left to guard.
 */
const PASSING_RETRY_SECONDS = 300;

/**
 * Ingests the order files that an upload message names.
 *
 * @param body of the message: an S3 event
 * @param deadline epoch ms
 * @returns what it means for the message; one that can never succeed comes back at once, and so ends in the DLQ soon
 */
export async function ingestUpload(
  body: string,
  parts: IngestParts,
  deadline: number,
): Promise<RecordOutcome> {
  try {
    for (const upload of readUploadEvent(body)) {
      const { receipt, error } = await ingestOrderFile(upload, parts, deadline);
      reportIngest(receipt);
      if (error) throw error;
    }
    return { ok: true };
  } catch (thrown) {
    const error = thrown as Error;
    logger.warn('upload failed', { reason: reasonOf(error) });
    return {
      ok: false,
      error,
      retryInSeconds: isHopeless(error) ? HOPELESS_RETRY_SECONDS : PASSING_RETRY_SECONDS,
    };
  }
}

/** Reports a file: one log line and one metric line. */
function reportIngest({ status, key, rows, sent, rejected, error: fault }: Receipt): void {
  publishCounts({ RowsRead: rows, RowsRejected: rejected, OrdersIngested: sent });
  const counts = { key, rows, sent, rejected };
  logger.info(`order file ${status}`, { ...counts, ...(fault && { reason: fault.code }) });
}

function isHopeless(error: Error): boolean {
  if (error instanceof InvalidInputError || error instanceof UnreadableFileError) return true;
  // Deleted before it was read.
  return 'code' in error && error.code === 'NoSuchKey';
}
