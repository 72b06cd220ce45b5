import { InvalidInputError } from '../errors.ts';
import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { reasonOf } from '../observability/reasons.ts';
import { UnreadableFileError } from '../order-file/unreadable-file-error.ts';
import { hopeless, type MessageOutcome } from '../records/settle-records.ts';
import { ingestOrderFile } from './ingest-order-file.ts';
import { FileChangedError, ingestPart } from './ingest-part.ts';
import type { IngestServices } from './ingest-rows.ts';
import type { PartMessage, PartReceipt } from './part-message.ts';
import { readUploadMessage } from './part-message.ts';
import type { Receipt } from './receipt.ts';
import type { UploadedObject } from './upload-event.ts';

/**
 * Seconds until a file that failed for a passing reason is tried again, the first time. After that the upload queue's
 * visibility timeout applies, 90 minutes, so that an outage of an hour does not empty the queue into the DLQ.
 */
const FIRST_RETRY_SECONDS = 300;

/**
 * Ingests what an upload message names: order files, or one part of a file that was split.
 *
 * @param body of the message: an S3 event, or a `PartMessage`
 * @param deadline epoch ms
 * @param receiveCount how often the message has been received, this time included
 * @returns the message's outcome; one that can never succeed is soon in the dead-letter queue
 */
export async function ingestUpload(
  body: string,
  services: IngestServices,
  deadline: number,
  receiveCount: number,
): Promise<MessageOutcome> {
  try {
    const message = readUploadMessage(body);
    if ('part' in message) await ingestMessagePart(message.part, services, deadline);
    else for (const upload of message.objects) await ingestObject(upload, services, deadline);
    return {};
  } catch (thrown) {
    const error = thrown as Error;
    logger.warn('upload failed', { reason: reasonOf(error) });
    if (isHopeless(error)) return hopeless(error);
    return { error, ...(receiveCount === 1 && { retryInSeconds: FIRST_RETRY_SECONDS }) };
  }
}

async function ingestObject(
  upload: UploadedObject,
  services: IngestServices,
  deadline: number,
): Promise<void> {
  const file = await ingestOrderFile(upload, services, deadline);
  if ('parts' in file) {
    logger.info('order file split', { key: upload.key, parts: file.parts });
    return;
  }
  reportRows(file.receipt);
  reportOutcome('order file', file.receipt);
  if (file.error) throw file.error;
}

async function ingestMessagePart(
  message: PartMessage,
  services: IngestServices,
  deadline: number,
): Promise<void> {
  const { receipt, merged, error } = await ingestPart(message, services, deadline);
  if (receipt) {
    reportRows(receipt);
    reportOutcome('part of order file', receipt);
  }
  // Its rows have been counted part by part.
  if (merged) reportOutcome('order file', merged);
  if (error) throw error;
}

/** One metric line. */
function reportRows({ rows, sent, rejected }: Receipt | PartReceipt): void {
  publishMetrics({ Count: { RowsRead: rows, RowsRejected: rejected, OrdersIngested: sent } });
}

/** One log line. */
function reportOutcome(what: string, receipt: Receipt | PartReceipt): void {
  const { status, key, rows, sent, rejected, parts, error: fault } = receipt;
  logger.info(`${what} ${status}`, {
    key,
    ...('part' in receipt && { part: receipt.part }),
    ...(parts !== undefined && { parts }),
    rows,
    sent,
    rejected,
    ...(fault && { reason: fault.code }),
  });
}

function isHopeless(error: Error): boolean {
  if (error instanceof InvalidInputError || error instanceof UnreadableFileError) return true;
  if (error instanceof FileChangedError) return true;
  // Deleted before it was read, or never there.
  return 'code' in error && (error.code === 'NoSuchKey' || error.code === 'NoSuchBucket');
}
