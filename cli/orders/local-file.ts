import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InvalidInputError } from '../../lib/errors.ts';
import { type OrderFile, openOrderFile } from '../../lib/order-file/order-file.ts';
import { printable } from '../../lib/text.ts';

/** A local order file. */
export interface LocalFile {
  path: string;
  /** Name in messages. Its extension determines the format. */
  name: string;
  size: number;
}

/**
 * Returns the size of a local file, in bytes.
 *
 * @throws InvalidInputError if `path` is not a readable file.
 */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError(`FILE: must be a readable file, received ${printable(path)} (${error.code})`);
  });
  if (!found.isFile())
    throw new InvalidInputError(`FILE: must be a regular file, received ${printable(path)}`);
  return found.size;
}

/**
 * Opens a local order file.
 *
 * @param name Name whose extension determines the format. Default: the file's own name.
 * @param onBytes Called with the number of bytes read so far.
 * @throws UnreadableFileError, or the error of the file system.
 */
export function openLocalFile(
  path: string,
  name = basename(path),
  onBytes?: (read: number) => void,
): Promise<OrderFile> {
  const stream = createReadStream(path);
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      onBytes?.(stream.bytesRead);
      yield chunk;
    }
  }
  return openOrderFile(chunks(), printable(name));
}

/**
 * Runs `work` on a file. For `-`, copies stdin to a temporary file first, because the file is read twice.
 *
 * @param signal Aborts reading stdin.
 * @returns The result of `work`; undefined if `signal` aborted reading stdin.
 */
export async function withLocalFile<Result>(
  path: string,
  signal: AbortSignal,
  work: (file: LocalFile) => Promise<Result>,
): Promise<Result | undefined> {
  if (path !== '-') return work({ path, name: basename(path), size: await fileSize(path) });
  const directory = await mkdtemp(join(tmpdir(), 'orders-'));
  try {
    const kept = join(directory, 'stdin');
    // The rows are personal data: only this user may read them.
    await pipeline(process.stdin, createWriteStream(kept, { mode: 0o600 }), { signal }).catch((error) => {
      if (!signal.aborted) throw error;
    });
    if (signal.aborted) return undefined;
    return await work({ path: kept, name: 'stdin', size: await fileSize(kept) });
  } finally {
    await rm(directory, { recursive: true });
  }
}
