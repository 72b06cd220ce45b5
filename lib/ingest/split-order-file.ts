import { hash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { FULL_LOAD } from '../aws/queue.ts';
import { ServiceError } from '../errors.ts';
import { orderFileParts } from '../order-file/parts.ts';
import { type IngestServices, TimeUpError } from './ingest-rows.ts';
import type { PartMessage } from './part-message.ts';
import type { UploadedObject } from './upload-event.ts';

/** About 300,000 orders, which take some minutes of an invocation's 15 and leave a margin for a slow queue. */
const PART_BYTES = 64 * 1024 * 1024;

/** Enough to detect the format and read the header. */
const HEAD_BYTES = 64 * 1024;

/**
 * Sends one message per part of a large order file to the upload queue, so that the parts are read concurrently.
 *
 * @param deadline Epoch milliseconds.
 * @returns Number of parts. Undefined for a file that is not split: it is at most one part long, its event has no size, or it
 *   can only be read from its start (see `orderFileParts`).
 * @throws ServiceError if the file cannot be read or a part cannot be sent. The next attempt sends the same parts.
 */
export async function splitOrderFile(
  upload: UploadedObject,
  { objectStore, uploadQueue, partBytes = PART_BYTES }: IngestServices,
  deadline: number,
): Promise<number | undefined> {
  const { bucket, key, sequencer = '', uploadedAt = new Date().toISOString() } = upload;
  if (upload.size === undefined || upload.size <= partBytes) return undefined;
  const opened = await objectStore.open(bucket, key, { from: 0, to: HEAD_BYTES }).catch((error) => {
    // The object was overwritten by an empty one.
    if (error instanceof ServiceError && error.code === 'InvalidRange') return undefined;
    throw error;
  });
  if (!opened) return undefined;
  const { body, size, etag } = opened;
  const found = orderFileParts(key, await buffer(body), size, partBytes);
  if (!found) return undefined;

  const { count, format, header, firstRowAt, linesBefore } = found;
  const run = hash('sha256', `${etag} ${sequencer} ${partBytes}`).slice(0, 16);
  const message = (index: number): PartMessage => {
    const from = firstRowAt + index * partBytes;
    return {
      event: 'OrderFilePart',
      bucket,
      key,
      etag,
      size,
      format,
      ...(header !== undefined && { header }),
      first_row_at: firstRowAt,
      lines_before: linesBefore,
      part: index + 1,
      parts: count,
      from,
      to: Math.min(size, from + partBytes),
      run,
      started_at: uploadedAt,
    };
  };
  for (let start = 0; start < count; start += FULL_LOAD) {
    if (Date.now() > deadline) {
      throw new TimeUpError(
        `order file: must be split within the function's time limit, which ended after part ${start}`,
      );
    }
    const length = Math.min(FULL_LOAD, count - start);
    const bodies = Array.from({ length }, (_, index) => ({ body: JSON.stringify(message(start + index)) }));
    const { outcomes } = await uploadQueue.send(bodies);
    const failed = outcomes.find(({ ok }) => !ok);
    if (failed && !failed.ok) throw failed.error;
  }
  return count;
}
