import type { ByteRange } from '../aws/object-store.ts';
import { ServiceError } from '../errors.ts';
import { type OpenedPart, openOrderFilePart, type ReadBytes } from '../order-file/parts.ts';
import { type IngestServices, ingestRows } from './ingest-rows.ts';
import { mergeParts } from './merge-parts.ts';
import { beginPartReceipt, type PartMessage, type PartReceipt, partKeys } from './part-message.ts';
import { type Receipt, readJsonIfExists, resultKey } from './receipt.ts';

/** Outcome of a part. */
export interface IngestedPart {
  /** Absent if the part was ingested before. */
  receipt?: PartReceipt;
  /** Receipt of the file, if this part was the last one to end. */
  merged?: Receipt;
  /** Why the part has to be retried: an object could not be written, or else the error of the part. */
  error?: Error;
}

/**
 * Reads one part of an order file and sends its orders to the order queue, like `ingestOrderFile`. The part's receipt and
 * rejected rows go to the results bucket under `partKeys`. Once all parts have a receipt, they are merged: see `mergeParts`.
 * A redelivered message of an ingested part does not read the part again.
 *
 * @param deadline Epoch milliseconds at which reading ends with an error.
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
    const before = await readJsonIfExists<PartReceipt>(services, keys.receipt(part));
    if (before?.status === 'ingested') {
      const file = await readJsonIfExists<Receipt>(services, resultKey(key, '.receipt.json'));
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
    // This error takes precedence over the part's own error, which then only the receipt shows.
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
    name: `order file, part ${message.part} of ${message.parts}`,
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

/** Reads the object that was split; throws if it has been overwritten. */
function readingObject(
  { bucket, key, etag }: PartMessage,
  { objectStore }: IngestServices,
  signal: AbortSignal,
): ReadBytes {
  async function open(range: ByteRange) {
    try {
      return await objectStore.open(bucket, key, range);
    } catch (error) {
      // The new object is shorter.
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

/** The file was overwritten after it was split. The new file is ingested separately. */
export class FileChangedError extends Error {
  override readonly name = 'FileChangedError';
  readonly code = 'file_changed';

  /**
   * @param split Entity tag of the file that was split.
   * @param found Entity tag of the new file, if known.
   */
  constructor(split: string, found?: string) {
    const now = found === undefined ? 'a shorter object' : `entity tag ${found}`;
    super(
      `order file: was overwritten before all of its parts were read: entity tag ${split} when it was split, now ${now}; the new file is ingested separately`,
    );
  }
}
