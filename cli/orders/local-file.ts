import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { InvalidInputError } from '../../lib/errors.ts';
import { type OrderFile, openOrderFile } from '../../lib/order-file/order-file.ts';
import { printable } from '../../lib/text.ts';

/** An order file on this machine; `name` tells its format, and is what people know it by. */
export interface LocalFile {
  path: string;
  name: string;
  size: number;
}

/**
 * Bytes of a file on this machine.
 *
 * @throws InvalidInputError where it is none that can be read
 */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError(
      `FILE: must be a file that can be read, received ${printable(path)} (${error.code})`,
    );
  });
  if (!found.isFile())
    throw new InvalidInputError(`FILE: must be a file, received ${printable(path)}, which is none`);
  return found.size;
}

/**
 * Opens an order file on this machine.
 *
 * @param name tells the format by its ending; the file's own where it is left out
 * @param onBytes told how many bytes have been read so far
 * @throws UnreadableFileError, or the error of the file system
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
 * Works on a file; `-` is what comes in by stdin, which is kept in a file of its own until then, because it is read twice.
 *
 * @param signal ends the wait for stdin
 * @returns undefined where that was ended
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
    // Its rows are customers' data.
    await pipeline(process.stdin, createWriteStream(kept, { mode: 0o600 }), { signal }).catch((error) => {
      if (!signal.aborted) throw error;
    });
    if (signal.aborted) return undefined;
    return await work({ path: kept, name: 'stdin', size: await fileSize(kept) });
  } finally {
    await rm(directory, { recursive: true });
  }
}
