import { CsvReader } from './csv-reader.ts';
import { detectFormat, type OrderFileFormat, textOfHead } from './detect-format.ts';
import { isGzip } from './gunzip.ts';
import { JsonReader } from './json-reader.ts';
import { LineCutter } from './line-cutter.ts';
import { lineStart, type ReadBytes, recordStart } from './part-start.ts';
import { type OrderFileRow, readRows } from './row.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** The layout of an order file that is split into parts of equal length. */
export interface OrderFileParts {
  /** Only line-based formats can be read from the middle of a file. */
  format: Extract<OrderFileFormat, 'ndjson' | 'csv'>;
  /** Header line of a CSV file. */
  header?: string;
  /** Offset of the first row, in bytes, after the byte order mark and the header. */
  firstRowAt: number;
  /** Number of lines before the first row. */
  linesBefore: number;
  /** Number of parts. */
  count: number;
}

const CR = 13;

/**
 * Determines how to split a file into parts.
 *
 * @param head First bytes of the file: `PIECE_BYTES`, or the whole file.
 * @param size Size of the file, in bytes.
 * @param partBytes Length of a part.
 * @returns Undefined for a file that is read as a whole, because it is no longer than one part, is gzipped or JSON, has an
 *   unknown format, or has a header that is invalid or does not end within `head`.
 */
export function orderFileParts(
  name: string,
  head: Buffer,
  size: number,
  partBytes: number,
): OrderFileParts | undefined {
  if (size <= partBytes || isGzip(head) || /\.gz$/i.test(name)) return undefined;
  try {
    const text = textOfHead(head, name);
    const format = detectFormat(name, text);
    if (format === 'json') return undefined;
    const bom = head.length - text.length;
    const begin = format === 'csv' ? endOfHeader(text, name) : { firstRowAt: 0, linesBefore: 0 };
    if (!begin) return undefined;
    const firstRowAt = bom + begin.firstRowAt;
    const count = Math.ceil((size - firstRowAt) / partBytes);
    return count > 1 ? { format, ...begin, firstRowAt, count } : undefined;
  } catch (error) {
    // Reading the file as a whole finds the same error, and reports it in the receipt.
    if (error instanceof UnreadableFileError) return undefined;
    throw error;
  }
}

/** Returns the header and the offset of the line after it; undefined if `text` ends before that. */
function endOfHeader(
  text: Buffer,
  name: string,
): (Pick<OrderFileParts, 'firstRowAt' | 'linesBefore'> & { header: string }) | undefined {
  const reader = new CsvReader(name);
  const cutter = new LineCutter();
  function* lines() {
    // The LF of a CR LF may be outside `text`.
    yield* cutter.cut(text.at(-1) === CR ? text.subarray(0, -1) : text);
    yield* cutter.end();
  }
  for (const { line, bytes } of lines()) {
    const { header } = reader;
    if (header !== undefined) return { header, firstRowAt: cutter.offset, linesBefore: line - 1 };
    for (const _row of reader.read(Buffer.concat([bytes, Buffer.from('\n')])));
  }
  return undefined;
}

export type { ReadBytes } from './part-start.ts';

/** One part of an order file. */
export interface OrderFilePart extends Omit<OrderFileParts, 'count'> {
  /** Size of the file, in bytes. */
  size: number;
  /** The part has the rows that begin from this byte up to `to`. In CSV, both ends move to where a record certainly begins. */
  from: number;
  /** The part has the rows that begin before this byte. */
  to: number;
}

/** A part that is being read. */
export interface OpenedPart {
  /** Line numbers count from the part's first line; in the first part, from the file's. */
  rows: AsyncGenerator<OrderFileRow>;
  /** Number of lines that have ended so far. The first part includes the lines before the first row. */
  lines(): number;
}

/**
 * Reads one part of an NDJSON or CSV file. The rows of all parts together are exactly those of the whole file, for parts of any
 * length and files with any content, because each part begins where reading the whole file would begin a row.
 *
 * A row belongs to the part in which it begins, so a part may be empty. If no place in a CSV file certainly begins a record
 * (see `recordStart`), one part reads the file to its end, and the parts after it are empty.
 *
 * @param read Reads the file. Called once for each end of the part, usually for 256 KiB (NDJSON) or 1 MiB (CSV), and once for
 *   the rows.
 * @param name Name of the file, for error messages.
 * @param signal When it aborts, `rows` throws its reason.
 * @throws Errors of `read`, unchanged.
 */
export async function openOrderFilePart(
  read: ReadBytes,
  part: OrderFilePart,
  name: string,
  signal?: AbortSignal,
): Promise<OpenedPart> {
  const reader = part.format === 'csv' ? new CsvReader(name, part.header) : new JsonReader(new LineCutter());
  const linesBefore = part.from === part.firstRowAt ? part.linesBefore : 0;
  const start = await rowStart(part.from, part.to);
  const end = start < part.to ? await rowStart(part.to, part.size) : start;

  async function rowStart(at: number, until: number): Promise<number> {
    if (at <= part.firstRowAt || at >= until) return at;
    if (!(reader instanceof CsvReader)) return lineStart(read, at, until);
    const { firstRowAt, size } = part;
    return recordStart(read, { at, until, firstRowAt, size, isGood: (record) => reader.isGood(record) });
  }

  async function* rows(): AsyncGenerator<OrderFileRow> {
    for await (const row of readRows(toBuffers(read(start, end)), reader, signal)) {
      row.line += linesBefore;
      yield row;
    }
  }
  return {
    rows: start < end ? rows() : readRows(toBuffers([]), reader),
    lines: () => linesBefore + (reader.lines ?? 0),
  };
}

async function* toBuffers(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
