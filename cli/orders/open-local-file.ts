import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InvalidInputError } from '../../lib/errors.ts';
import { type OrderFile, openOrderFile } from '../../lib/order-file/order-file.ts';
import { printable } from '../../lib/text.ts';

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
