import { basename } from 'node:path';
import { printable } from '../../../lib/text.ts';
import { UsageError } from '../../../program/options.ts';
import { fileSize } from '../open-local-file.ts';

/** An order file, and the object that it becomes. */
export interface FileToUpload {
  path: string;
  key: string;
  size: number;
}

/** Bytes of a key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1_024;

/**
 * Looks at the files that are to be uploaded.
 *
 * @throws InvalidInputError for one that cannot be read, UsageError for keys that do not go
 */
export async function listFiles(paths: readonly string[], keyPrefix: string): Promise<FileToUpload[]> {
  const files = await Promise.all(
    paths.map(async (path) => ({ path, key: `${keyPrefix}${basename(path)}`, size: await fileSize(path) })),
  );
  for (const { key } of files) {
    if (Buffer.byteLength(key) > MAX_KEY_BYTES)
      throw new UsageError(
        `--key-prefix: must leave room for the file's name in ${MAX_KEY_BYTES} bytes, received a key of ${Buffer.byteLength(key)}`,
      );
    if (files.filter((other) => other.key === key).length > 1)
      throw new UsageError(`FILE: must differ in name, received ${printable(key)} twice`);
  }
  return files;
}
