import { InvalidInputError } from '../invalid-input-error.ts';
import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { reasonOf } from '../observability/reasons.ts';
import { UnreadableFileError } from '../order/order-file/unreadable-file-error.ts';
import { HOPELESS_RETRY_SECONDS, type RecordOutcome } from '../records/settle-records.ts';
import { type IngestParts, ingestOrderFile } from './ingest-order-file.ts';
import type { Receipt } from './receipt.ts';
import { readUploadEvent } from './upload-event.ts';

/**
 * Seconds until a file that failed for a passing reason is tried again, the first time. After that the upload queue's
 * visibility timeout applies, 90 minutes, so that an outage of an hour does not empty the queue into the DLQ.
 */
const FIRST_RETRY_SECONDS = 300;

/**
 * Ingests the order files that an upload message names.
 *
 * @param body of the message: an S3 event
 * @param deadline epoch ms
 * @param receiveCount how often the message has been received, this time included
 * @returns what it means for the message; one that can never succeed comes back at once, and so ends in the DLQ soon
 */
export async function ingestUpload(
  body: string,
  parts: IngestParts,
  deadline: number,
  receiveCount: number,
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
    if (isHopeless(error)) return { ok: false, error, retryInSeconds: HOPELESS_RETRY_SECONDS };
    return { ok: false, error, ...(receiveCount === 1 && { retryInSeconds: FIRST_RETRY_SECONDS }) };
  }
}

/** Reports a file: one log line and one metric line. */
function reportIngest({ status, key, rows, sent, rejected, error: fault }: Receipt): void {
  publishMetrics({ Count: { RowsRead: rows, RowsRejected: rejected, OrdersIngested: sent } });
  const counts = { key, rows, sent, rejected };
  logger.info(`order file ${status}`, { ...counts, ...(fault && { reason: fault.code }) });
}

function isHopeless(error: Error): boolean {
  if (error instanceof InvalidInputError || error instanceof UnreadableFileError) return true;
  // Deleted before it was read, or never there.
  return 'code' in error && (error.code === 'NoSuchKey' || error.code === 'NoSuchBucket');
}
