/**
 * The longest row: SNS publishes no more than 256 KiB at once, so a longer order could never be confirmed.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export const MAX_ROW_BYTES = 256 * 1024;

/** One row as it stands in the file. */
export interface RowBytes {
  /** The line where the row starts, from 1. */
  line: number;
  /** The whole row, or only its beginning when `size` is above {@link MAX_ROW_BYTES}. */
  bytes: Buffer;
  /** Length of the row in the file, in bytes. */
  size: number;
}

/** Holds a row that goes on in the next chunk; of an endless row no more than its beginning. */
export class RowBuffer {
  #parts: Buffer[] = [];
  #size = 0;

  /** Adds what a chunk holds of the row. */
  add(part: Buffer): void {
    // An empty part would still hold on to the chunk that it was cut from.
    if (part.length === 0) return;
    if (this.#size <= MAX_ROW_BYTES) this.#parts.push(part);
    this.#size += part.length;
  }

  /** Gives the row with its last part and starts afresh. */
  finish(line: number, lastPart: Buffer): RowBytes {
    if (this.#size === 0) return { line, bytes: lastPart, size: lastPart.length };
    this.add(lastPart);
    const row = { line, bytes: Buffer.concat(this.#parts), size: this.#size };
    this.#parts = [];
    this.#size = 0;
    return row;
  }
}
