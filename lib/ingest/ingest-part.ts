import type { ByteRange } from '../aws/object-store.ts';
import { ServiceError } from '../errors.ts';
import { type OpenedPart, openOrderFilePart, type ReadBytes } from '../order-file/parts.ts';
import { type IngestServices, ingestRows } from './ingest-rows.ts';
import { mergeParts } from './merge-parts.ts';
import { beginPartReceipt, type PartMessage, type PartReceipt, partKeys } from './part-message.ts';
import { type Receipt, readJsonIfThere, resultKey } from './receipt.ts';

/** What became of a part. */
export interface IngestedPart {
  /** Left out where the part had been ingested before. */
  receipt?: PartReceipt;
  /** Of the file, where this part was the last one to end. */
  merged?: Receipt;
  /** What the part has to come back for: what could not be written, or else its own fault. */
  error?: Error;
}

/**
 * Reads one part of an order file and sends its orders to the order queue, as `ingestOrderFile` does. Its receipt and its rejected
 * rows go to the results bucket under `partKeys`, and, once all parts have a receipt, the file's: see `mergeParts`. A part that was
 * ingested is not read again when its message is.
 *
 * @param deadline epoch ms at which reading ends with an error
 */
export async function ingestPart(
  message: PartMessage,
  services: IngestServices,
  deadline: number,
): Promise<IngestedPart> {
  const { key, run, part } = message;
  const { objectStore, resultsBucket } = services;
  const keys = partKeys(key, run);
  const result: IngestedPart = {};
  try {
    const before = await readJsonIfThere<PartReceipt>(services, keys.receipt(part));
    if (before?.status === 'ingested') {
      const file = await readJsonIfThere<Receipt>(services, resultKey(key, '.receipt.json'));
      const isMerged = file?.etag === message.etag && file.started_at === message.started_at;
      if (isMerged && file.status === 'ingested') return {};
    } else {
      const { receipt, error } = await readPart(message, services, keys.rejected(part), deadline);
      result.receipt = receipt;
      if (error) result.error = error;
      const json = JSON.stringify(receipt, null, 2);
      await objectStore.put(resultsBucket, keys.receipt(part), json, 'application/json');
    }
    const merged = await mergeParts(message, services, deadline);
    if (merged) result.merged = merged;
  } catch (thrown) {
    // Without its receipt nobody learns of the part's own fault.
    result.error = thrown as Error;
  }
  return result;
}

async function readPart(
  message: PartMessage,
  services: IngestServices,
  rejectedKey: string,
  deadline: number,
): Promise<{ receipt: PartReceipt; error: Error | undefined }> {
  const receipt = beginPartReceipt(message);
  let opened: OpenedPart | undefined;
  const source = {
    name: `part ${message.part} of ${message.parts} must`,
    advice: '',
    rejectedKey,
    async open(timeUp: AbortSignal) {
      const { first_row_at: firstRowAt, lines_before: linesBefore, format, header, size, from, to } = message;
      const part = {
        format,
        ...(header !== undefined && { header }),
        firstRowAt,
        linesBefore,
        size,
        from,
        to,
      };
      opened = await openOrderFilePart(readingObject(message, services, timeUp), part, message.key, timeUp);
      return opened.rows;
    },
  };
  const error = await ingestRows(receipt, source, services, deadline);
  receipt.lines = opened?.lines() ?? 0;
  return { receipt, error };
}

/** Reads the object that was split, and no other that has taken its place. */
function readingObject(
  { bucket, key, etag }: PartMessage,
  { objectStore }: IngestServices,
  signal: AbortSignal,
): ReadBytes {
  async function open(range: ByteRange) {
    try {
      return await objectStore.open(bucket, key, range);
    } catch (error) {
      // It is shorter.
      if (error instanceof ServiceError && error.code === 'InvalidRange') throw new FileChangedError(etag);
      throw error;
    }
  }
  return async function* (from, to) {
    signal.throwIfAborted();
    const opened = await open({ from, to });
    const { body } = opened;
    const abort = () => body.destroy(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      if (opened.etag !== etag) throw new FileChangedError(etag, opened.etag);
      yield* body;
    } finally {
      signal.removeEventListener('abort', abort);
      body.destroy();
    }
  };
}

/** The file that was split is not there any more; the one that took its place is ingested on its own. */
export class FileChangedError extends Error {
  override readonly name = 'FileChangedError';
  readonly code = 'file_changed';

  /** Entity tags; the second one where it is known. */
  constructor(split: string, found?: string) {
    const now = found === undefined ? 'a shorter one' : `one of entity tag ${found}`;
    super(
      `order file: must stay as it is until all of its parts are read, was overwritten: of entity tag ${split} when it was split, found ${now}, which is ingested by itself`,
    );
  }
}
