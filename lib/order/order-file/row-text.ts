import { isUtf8 } from 'node:buffer';
import type { ParsedOrder } from '../order.ts';
import { MAX_ROW_BYTES, type RowBytes } from './row-bytes.ts';
import type { BadRow, OrderFileRow } from './row-reader.ts';

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
