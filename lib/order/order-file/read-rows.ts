import type { OrderFileRow, RowReader } from './row-reader.ts';

/** Enough to see the first line of any sensible file. Also the size of the pieces in which a file is read. */
export const PIECE_BYTES = 64 * 1024;

/** The rows of a file, or of a part of one, as its bytes arrive. */
export async function* readRows(
  chunks: AsyncIterable<Buffer>,
  reader: RowReader,
  signal?: AbortSignal,
): AsyncGenerator<OrderFileRow> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      for (const row of reader.read(chunk.subarray(at, at + PIECE_BYTES))) yield row;
    }
  }
  for (const row of reader.end()) yield row;
}
