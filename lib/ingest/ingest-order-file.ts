import { reasonOf } from '../observability/reasons.ts';
import { openOrderFile } from '../order-file/order-file.ts';
import { type IngestServices, ingestRows } from './ingest-rows.ts';
import { beginReceipt, type Receipt, resultKey } from './receipt.ts';
import { splitOrderFile } from './split-order-file.ts';
import type { UploadedObject } from './upload-event.ts';

/** What became of an order file: its receipt, or the number of parts that it was split into. */
export type IngestedFile = { receipt: Receipt; error?: Error } | { parts: number };

/**
 * Reads an order file as a stream and sends its orders to the order queue; rejected rows and a receipt go to the
 * results bucket. A file that fails on the way is read again from its start: orders that were sent are the same orders. A large
 * file is split instead: see `splitOrderFile`.
 *
 * @param deadline epoch ms at which reading ends with an error
 * @returns the receipt, whose `status` tells whether the whole file was read, and what the upload has to come back for:
 *   the receipt that could not be written, or else the file's own fault
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
    name: 'must',
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
    // Without its receipt nobody learns of the file's own fault.
    error = thrown as Error;
  }
  return error ? { receipt, error } : { receipt };
}
