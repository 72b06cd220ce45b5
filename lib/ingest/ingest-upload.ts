import { InvalidInputError } from '../errors.ts';
import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { reasonOf } from '../observability/reasons.ts';
import { UnreadableFileError } from '../order-file/unreadable-file-error.ts';
import { type MessageOutcome, permanentFailure } from '../records/settle-records.ts';
import { ingestOrderFile } from './ingest-order-file.ts';
import { FileChangedError, ingestPart } from './ingest-part.ts';
import type { IngestServices } from './ingest-rows.ts';
import type { PartMessage, PartReceipt } from './part-message.ts';
import { readUploadMessage } from './part-message.ts';
import type { Receipt } from './receipt.ts';
import type { UploadedObject } from './upload-event.ts';

/**
 * Seconds until the first retry of a file that failed with a transient error. After that the upload queue's visibility
 * timeout of 90 minutes applies, so that an outage of an hour does not move the whole queue to the DLQ.
 */
const FIRST_RETRY_SECONDS = 300;

/**
 * Ingests the order files of an upload message, or one part of a file that was split.
 *
 * @param body Body of the message: an S3 event, or a `PartMessage`.
 * @param deadline Epoch milliseconds.
 * @param receiveCount Number of times that the message has been received, including this one.
 * @returns The message's outcome. A message that cannot succeed moves to the dead-letter queue within seconds.
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
    if (isPermanent(error)) return permanentFailure(error);
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
  // The rows were counted with each part.
  if (merged) reportOutcome('order file', merged);
  if (error) throw error;
}

function reportRows({ rows, sent, rejected }: Receipt | PartReceipt): void {
  publishMetrics({ Count: { RowsRead: rows, RowsRejected: rejected, OrdersIngested: sent } });
}

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

function isPermanent(error: Error): boolean {
  if (error instanceof InvalidInputError || error instanceof UnreadableFileError) return true;
  if (error instanceof FileChangedError) return true;
  // The object was deleted before it was read, or never existed.
  return 'code' in error && (error.code === 'NoSuchKey' || error.code === 'NoSuchBucket');
}
