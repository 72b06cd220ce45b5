import { reasonOf } from '../observability/reasons.ts';
import { openOrderFile } from '../order-file/order-file.ts';
import { type IngestServices, ingestRows } from './ingest-rows.ts';
import { beginReceipt, type Receipt, resultKey } from './receipt.ts';
import { splitOrderFile } from './split-order-file.ts';
import type { UploadedObject } from './upload-event.ts';

/** Outcome of an order file: its receipt, or the number of parts into which it was split. */
export type IngestedFile = { receipt: Receipt; error?: Error } | { parts: number };

/**
 * Reads an order file as a stream and sends its orders to the order queue. Rejected rows and a receipt go to the results
 * bucket. A file that fails midway is read again from its start, and the consumer recognizes orders that were sent before. A
 * large file is split instead: see `splitOrderFile`.
 *
 * @param deadline Epoch milliseconds at which reading ends with an error.
 * @returns The receipt, whose `status` shows whether the whole file was read. `error` is the reason to retry the upload: the
 *   receipt could not be written, or else the error of the file.
 */
export async function ingestOrderFile(
  upload: UploadedObject,
  services: IngestServices,
  deadline: number,
): Promise<IngestedFile> {
  const { bucket, key } = upload;
  const { objectStore, resultsBucket } = services;
  const receipt = beginReceipt(upload);
  let error: Error | undefined;
  try {
    const parts = await splitOrderFile(upload, services, deadline);
    if (parts !== undefined) return { parts };
  } catch (thrown) {
    error = thrown as Error;
    receipt.error = { code: reasonOf(error), message: error.message };
    receipt.finished_at = new Date().toISOString();
  }
  const source = {
    name: 'order file',
    advice: '; split the file',
    rejectedKey: resultKey(key, '.rejected.ndjson'),
    async open(timeUp: AbortSignal) {
      const { body, size, etag } = await objectStore.open(bucket, key);
      timeUp.addEventListener('abort', () => body.destroy(timeUp.reason));
      Object.assign(receipt, { size, etag });
      const { format, gzipped, rows } = await openOrderFile(body, key, timeUp);
      Object.assign(receipt, { format, gzipped });
      return rows;
    },
  };
  error ??= await ingestRows(receipt, source, services, deadline);
  const json = JSON.stringify(receipt, null, 2);
  try {
    await objectStore.put(resultsBucket, resultKey(key, '.receipt.json'), json, 'application/json');
  } catch (thrown) {
    // This error takes precedence over the file's own error, which then only the receipt shows.
    error = thrown as Error;
  }
  return error ? { receipt, error } : { receipt };
}
