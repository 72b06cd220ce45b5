import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import pMap from 'p-map';
import type { ObjectStore } from '../../../lib/aws/object-store.ts';
import { printable } from '../../../lib/text.ts';
import { type ReceiptPlace, readReceipt } from '../../../operations/read-receipt.ts';
import { UsageError } from '../../../program/options.ts';
import { fileSize } from '../local-file.ts';
import { createProgressBar } from '../progress.ts';

/** A local order file and the key of its object. */
export interface FileToUpload {
  path: string;
  key: string;
  size: number;
}

/** Maximum length of a key, in bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1_024;

/**
 * Lists the files to upload, with their keys and sizes.
 *
 * @throws InvalidInputError if a file cannot be read.
 * @throws UsageError if a key is too long or occurs twice.
 */
export async function listFiles(paths: readonly string[], keyPrefix: string): Promise<FileToUpload[]> {
  const files = await Promise.all(
    paths.map(async (path) => ({ path, key: `${keyPrefix}${basename(path)}`, size: await fileSize(path) })),
  );
  for (const { key } of files) {
    if (Buffer.byteLength(key) > MAX_KEY_BYTES)
      throw new UsageError(
        `--key-prefix: prefix and file name must have at most ${MAX_KEY_BYTES} bytes, received ${Buffer.byteLength(key)}`,
      );
    if (files.filter((other) => other.key === key).length > 1)
      throw new UsageError(`FILE: file names must differ, received ${printable(key)} twice`);
  }
  return files;
}

/** The outcome of uploading one file. */
export type PutFile = { file: FileToUpload } & (
  | {
      /** Entity tag of the uploaded object. */
      etag: string;
      /** The receipt of an earlier upload of the same key. */
      receiptBefore: string | undefined;
    }
  | { error: Error }
);

/** Maximum number of concurrent uploads. */
const CONCURRENCY = 4;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gz: 'application/gzip',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
};

/**
 * Uploads files to the upload bucket. A failed upload does not stop the others.
 *
 * @param signal Aborts the uploads that are not complete.
 * @throws ServiceError if the results bucket cannot be read. Nothing is uploaded then.
 */
export async function putFiles(
  files: readonly FileToUpload[],
  {
    objectStore,
    uploadBucket,
    resultsBucket,
  }: { objectStore: ObjectStore; uploadBucket: string; resultsBucket: string },
  signal: AbortSignal,
): Promise<PutFile[]> {
  const placeOf = ({ key }: FileToUpload): ReceiptPlace => ({ objectStore, resultsBucket, key });
  const receipts = await pMap(files, (file) => readReceipt(placeOf(file)), { concurrency: CONCURRENCY });

  const progress = createProgressBar('uploading (bytes)');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const uploaded = files.map(() => 0);
  async function put(file: FileToUpload, index: number): Promise<PutFile> {
    const { path, key } = file;
    try {
      const etag = await objectStore.upload(uploadBucket, key, createReadStream(path), {
        contentType: CONTENT_TYPES[path.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream',
        signal,
        onProgress(loaded) {
          uploaded[index] = loaded;
          progress.update(
            uploaded.reduce((sum, each) => sum + each, 0),
            bytes,
          );
        },
      });
      return { file, etag, receiptBefore: receipts[index] };
    } catch (thrown) {
      return { file, error: thrown as Error };
    }
  }
  return pMap(files, put, { concurrency: CONCURRENCY }).finally(progress.done);
}
