import { isUtf8 } from 'node:buffer';
import type { Order, OrderIssue, ParsedOrder } from '../order/order.ts';

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

/** How much of a row that is too long goes into its `raw`, in bytes. */
const RAW_BYTES_OF_LONG_ROW = 1024;

/** The text of a row, or the bad row that it is when it is too long or not UTF-8. */
export function rowText({ line, bytes, size }: RowBytes): string | BadRow {
  if (size > MAX_ROW_BYTES) {
    // Streaming drops a letter that the cut goes through.
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

/** A row that is wrong as a whole. */
export function badRow(line: number, raw: string, code: string, message: string): BadRow {
  return { line, errors: [{ path: '', code, message }], raw };
}

/** A row that is an order. */
export interface GoodRow {
  /** The line of the file where the row starts, from 1. */
  line: number;
  order: Order;
}

/** A row that is no order, with every reason. */
export interface BadRow {
  line: number;
  errors: OrderIssue[];
  /** The row as it stands in the file; only its first kilobyte when it is too long. */
  raw: string;
}

export type OrderFileRow = GoodRow | BadRow;

/** Reads one format: takes the bytes of a file piece by piece and gives each row as soon as it is whole. */
export interface RowReader {
  /** The line that names the columns, as it stands in the file, where the format has one and it has been read. */
  readonly header?: string | undefined;
  /** How many lines have ended so far, in formats of lines. */
  readonly lines?: number | undefined;
  read(chunk: Buffer): Iterable<OrderFileRow>;
  /** The file is over: gives what the last chunk left. */
  end(): Iterable<OrderFileRow>;
}

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
