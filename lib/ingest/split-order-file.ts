import { hash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { FULL_LOAD } from '../aws/queue.ts';
import { ServiceError } from '../errors.ts';
import { orderFileParts } from '../order-file/parts.ts';
import { type IngestServices, TimeUpError } from './ingest-rows.ts';
import type { PartMessage } from './part-message.ts';
import type { UploadedObject } from './upload-event.ts';

/** About 300,000 orders: some minutes of the 15 that an invocation has, so that a slow queue does not use them up. */
const PART_BYTES = 64 * 1024 * 1024;

/** Enough to tell the format, and for the header. */
const HEAD_BYTES = 64 * 1024;

/**
 * Puts the parts of a large order file into the upload queue, a message each, so that they are read side by side.
 *
 * @param deadline epoch ms
 * @returns how many; undefined for a file that is read at once: it is no longer than one part, by its event, or cannot be read
 *   but from its start (see `orderFileParts`)
 * @throws ServiceError where the file cannot be read or the queue does not take a part; those that it has taken are the same ones
 *   the next time
 */
export async function splitOrderFile(
  upload: UploadedObject,
  { objectStore, uploadQueue, partBytes = PART_BYTES }: IngestServices,
  deadline: number,
): Promise<number | undefined> {
  const { bucket, key, sequencer = '', uploadedAt = new Date().toISOString() } = upload;
  if (upload.size === undefined || upload.size <= partBytes) return undefined;
  const opened = await objectStore.open(bucket, key, { from: 0, to: HEAD_BYTES }).catch((error) => {
    // It is empty by now.
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
        `must be split within the function's time limit, which ended after part ${start}`,
      );
    }
    const length = Math.min(FULL_LOAD, count - start);
    const bodies = Array.from({ length }, (_, index) => ({ body: JSON.stringify(message(start + index)) }));
    const { outcomes } = await uploadQueue.send(bodies);
    const refused = outcomes.find(({ ok }) => !ok);
    if (refused && !refused.ok) throw refused.error;
  }
  return count;
}
