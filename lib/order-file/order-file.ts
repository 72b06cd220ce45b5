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
  /** The rows in the order of the file. Read to the end or leave the loop, either closes the source; it throws as below. */
  rows: AsyncGenerator<OrderFileRow>;
  /** The line of a CSV file that names its columns; undefined until the first row has been read, and in other formats. */
  header(): string | undefined;
}

/**
 * Reads an order file as it arrives: NDJSON, JSON (an array, or values one after another) or CSV with a header, each also
 * gzipped. Memory does not grow with the file, nor with a row: see `MAX_ROW_BYTES`.
 *
 * A bad row is a row with `errors`, and reading goes on. Besides the codes of `OrderIssue` there are:
 *
 * | code | meaning |
 * |---|---|
 * | `row_too_long` | more than 256 KiB; `raw` is cut |
 * | `not_utf8` | bytes that are not UTF-8; `raw` shows U+FFFD in their place |
 * | `bad_csv` | quotes that do not match; reading goes on with the next line |
 * | `column_count` | more or fewer cells than the header has |
 *
 * @param name File name or object key; its ending tells the format, see `detectFormat`. Gzip is told by its content; a
 *   file named `.gz` must be gzip, unless it is empty. Gzip within gzip is not unpacked.
 * @param signal Ends `rows` with its reason, also where the next row never comes.
 * @throws UnreadableFileError (here or from `rows`) when the file as a whole cannot be read on. An error of `bytes` comes
 *   through as itself.
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
