import type { ReadBytes } from './read-bytes.ts';
import { MAX_ROW_BYTES } from './row-bytes.ts';

/** Each window is twice as long as the one before, up to this: most searches end in the first one. */
const LONGEST_WINDOW_BYTES = 32 * MAX_ROW_BYTES;

/**
 * Reads on from a place to another, window by window, for those who stop when they have found what they look for.
 *
 * @param first length of the first window, in bytes
 */
export async function* readOnwards(
  read: ReadBytes,
  from: number,
  to: number,
  first = MAX_ROW_BYTES,
): AsyncGenerator<Buffer> {
  let window = first;
  for (let at = from; at < to; ) {
    const end = Math.min(to, at + window);
    for await (const chunk of read(at, end)) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    at = end;
    window = Math.min(2 * window, LONGEST_WINDOW_BYTES);
  }
}
