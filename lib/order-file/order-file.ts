import { CsvReader } from './csv-reader.ts';
import { detectFormat, type OrderFileFormat, textOfHead, withHead } from './detect-format.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { JsonCutter, JsonReader } from './json-reader.ts';
import { LineCutter } from './line-cutter.ts';
import { type OrderFileRow, PIECE_BYTES, type RowReader, readRows } from './row.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

export type { OrderFileFormat } from './detect-format.ts';
export type { OrderFileRow } from './row.ts';

const READERS: Record<OrderFileFormat, (name: string) => RowReader> = {
  ndjson: () => new JsonReader(new LineCutter()),
  json: (name) => new JsonReader(new JsonCutter(name)),
  csv: (name) => new CsvReader(name),
};

export interface OrderFile {
  format: OrderFileFormat;
  gzipped: boolean;
  /**
   * Rows in the order of the file. Reading to the end and leaving the loop both close the source. Throws like
   * `openOrderFile`.
   */
  rows: AsyncGenerator<OrderFileRow>;
  /** Header line of a CSV file; undefined until the first row has been read, and for other formats. */
  header(): string | undefined;
}

/**
 * Reads an order file as a stream: NDJSON, JSON (an array, or values one after another) or CSV with a header, optionally
 * gzipped. Memory is bounded for files and rows of any length: see `MAX_ROW_BYTES`.
 *
 * A bad row is yielded with its `errors`, and reading continues. Besides the codes of `OrderIssue` there are:
 *
 * | code | meaning |
 * |---|---|
 * | `row_too_long` | more than 256 KiB; `raw` is cut |
 * | `not_utf8` | bytes that are not UTF-8; `raw` shows U+FFFD in their place |
 * | `bad_csv` | quotes that do not match; reading continues with the next line |
 * | `column_count` | more or fewer cells than the header |
 *
 * @param name File name or object key. Its ending determines the format: see `detectFormat`. Gzip is detected by its content; a
 *   file named `.gz` must be gzip, unless it is empty. Gzip within gzip is rejected.
 * @param signal When it aborts, `rows` throws its reason, even if `bytes` stalls.
 * @throws UnreadableFileError (here or from `rows`) if the rest of the file cannot be read. Errors of `bytes` are thrown
 *   unchanged.
 */
export async function openOrderFile(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
  signal?: AbortSignal,
): Promise<OrderFile> {
  let chunks = withHead(bytes, PIECE_BYTES);
  let head = await nextChunk(chunks);
  const gzipped = head.length > 0 && (isGzip(head) || /\.gz$/i.test(name));
  if (gzipped) {
    chunks = withHead(gunzip(prepend(head, chunks), name), PIECE_BYTES);
    head = await nextChunk(chunks);
  }
  try {
    if (gzipped && isGzip(head)) {
      throw new UnreadableFileError('bad_gzip', `${name}: must be gzipped once, received gzip within gzip`);
    }
    head = textOfHead(head, name);
    const format = detectFormat(name, head);
    const reader = READERS[format](name);
    const rows = readRows(prepend(head, chunks), reader, signal);
    return { format, gzipped, rows, header: () => reader.header };
  } catch (error) {
    await chunks.return(undefined);
    throw error;
  }
}

async function nextChunk(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  const { value } = await chunks.next();
  return value ?? Buffer.alloc(0);
}

async function* prepend(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
