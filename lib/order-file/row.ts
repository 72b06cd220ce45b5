import { isUtf8 } from 'node:buffer';
import type { Order, OrderIssue, ParsedOrder } from '../order/order.ts';

/**
 * Longest row, in bytes. SNS publishes at most 256 KiB, so a longer order could never be confirmed.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export const MAX_ROW_BYTES = 256 * 1024;

/** The bytes of one row. */
export interface RowBytes {
  /** The line where the row starts, from 1. */
  line: number;
  /** The whole row; only its beginning if `size` exceeds {@link MAX_ROW_BYTES}. */
  bytes: Buffer;
  /** Length of the row in the file, in bytes. */
  size: number;
}

/** Collects a row that spans chunks. Holds only the beginning of a row that is too long. */
export class RowBuffer {
  #parts: Buffer[] = [];
  #size = 0;

  /** Adds a chunk's part of the row. */
  add(part: Buffer): void {
    // An empty part would keep its whole chunk in memory.
    if (part.length === 0) return;
    if (this.#size <= MAX_ROW_BYTES) this.#parts.push(part);
    this.#size += part.length;
  }

  /** Returns the row with its last part, and resets the buffer. */
  finish(line: number, lastPart: Buffer): RowBytes {
    if (this.#size === 0) return { line, bytes: lastPart, size: lastPart.length };
    this.add(lastPart);
    const row = { line, bytes: Buffer.concat(this.#parts), size: this.#size };
    this.#parts = [];
    this.#size = 0;
    return row;
  }
}

/** Number of bytes that `raw` keeps of a row that is too long. */
const RAW_BYTES_OF_LONG_ROW = 1024;

/** Decodes a row. Returns a bad row if it is too long or not UTF-8. */
export function rowText({ line, bytes, size }: RowBytes): string | BadRow {
  if (size > MAX_ROW_BYTES) {
    // Streaming drops an incomplete character at the cut.
    const raw = new TextDecoder().decode(bytes.subarray(0, RAW_BYTES_OF_LONG_ROW), { stream: true });
    return badRow(line, raw, 'row_too_long', `row must be at most ${MAX_ROW_BYTES} bytes, received ${size}`);
  }
  const text = bytes.toString();
  if (isUtf8(bytes)) return text;
  return badRow(line, text, 'not_utf8', 'row must be UTF-8, received other bytes (shown as U+FFFD)');
}

export function toRow(line: number, raw: string, parsed: ParsedOrder): OrderFileRow {
  return parsed.ok ? { line, order: parsed.order } : { line, errors: parsed.errors, raw };
}

/** Builds a bad row with one error that concerns the whole row. */
export function badRow(line: number, raw: string, code: string, message: string): BadRow {
  return { line, errors: [{ path: '', code, message }], raw };
}

/** A row that is a valid order. */
export interface GoodRow {
  /** The line of the file where the row starts, from 1. */
  line: number;
  order: Order;
}

/** A row that is not a valid order, with all its errors. */
export interface BadRow {
  line: number;
  errors: OrderIssue[];
  /** The unchanged row; only its first kilobyte if it is too long. */
  raw: string;
}

export type OrderFileRow = GoodRow | BadRow;

/** Reads one format: accepts the bytes of a file piece by piece, and yields each row as soon as it is complete. */
export interface RowReader {
  /** Header line; undefined until it has been read, and for formats without a header. */
  readonly header?: string | undefined;
  /** Number of complete lines read so far; undefined for a format that does not consist of lines. */
  readonly lines?: number | undefined;
  read(chunk: Buffer): Iterable<OrderFileRow>;
  /** Yields the rest of the last chunk after the end of the file. */
  end(): Iterable<OrderFileRow>;
}

/** Size of the pieces in which a file is read. Long enough for the first line of any ordinary file. */
export const PIECE_BYTES = 64 * 1024;

/** Reads the rows of a file, or of a part of a file, as a stream. */
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
