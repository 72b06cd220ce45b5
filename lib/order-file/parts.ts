import { CsvReader } from './csv-reader.ts';
import { detectFormat, type OrderFileFormat, textOfHead } from './detect-format.ts';
import { isGzip } from './gunzip.ts';
import { JsonReader } from './json-reader.ts';
import { LineCutter } from './line-cutter.ts';
import { lineStart, type ReadBytes, recordStart } from './part-start.ts';
import { type OrderFileRow, readRows } from './row.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** How an order file is cut into parts of equal length. */
export interface OrderFileParts {
  /** Formats of lines: only there a reader can find its place in the middle of the file. */
  format: Extract<OrderFileFormat, 'ndjson' | 'csv'>;
  /** The line of a CSV file that names its columns. */
  header?: string;
  /** Where the first row begins, in bytes: after the byte order mark, and the header. */
  firstRowAt: number;
  /** Lines before that. */
  linesBefore: number;
  /** How many. */
  count: number;
}

const CR = 13;

/**
 * Tells how to cut a file into parts.
 *
 * @param head the file's first bytes, `PIECE_BYTES` of them or all
 * @param size of the file, in bytes
 * @param partBytes the length of a part
 * @returns undefined for a file that must be read from its start, or may as well be: it is no longer than one part, gzipped, JSON,
 *   of no format, or has a header that is wrong or does not end within `head`
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
    // Who reads it from its start finds the same, and says so in the receipt.
    if (error instanceof UnreadableFileError) return undefined;
    throw error;
  }
}

/** The header, and where the line after it begins; undefined where `text` is over before that. */
function endOfHeader(
  text: Buffer,
  name: string,
): (Pick<OrderFileParts, 'firstRowAt' | 'linesBefore'> & { header: string }) | undefined {
  const reader = new CsvReader(name);
  const cutter = new LineCutter();
  function* lines() {
    // Its line feed may be still to come.
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
  /** Of the file, in bytes. */
  size: number;
  /** The part has the rows that begin at or after this byte … */
  from: number;
  /** … and before this one; in CSV, a few more or less, as far as it is certain where one begins. */
  to: number;
}

/** A part that is being read. */
export interface OpenedPart {
  /** Lines count from the part's first, but for the first part's, which count from the file's. */
  rows: AsyncGenerator<OrderFileRow>;
  /** Lines that have ended so far: once `rows` are over, those of the part. The first part has those before it, too. */
  lines(): number;
}

/**
 * Reads one part of an NDJSON or CSV file. The rows of all its parts, one after another, are exactly those of the whole file,
 * however short parts are and whatever the file holds: where a part begins is where reading the whole file comes by. A row goes
 * on beyond its part to its end, and a part in which none begins is empty. Only a CSV file that never lets one know where its
 * records begin (see `recordStart`) is read to its end by the part that comes to such a place: the parts after it are empty.
 *
 * @param read reads the file; called twice for the part's ends, near which most often only some 256 KiB (NDJSON) or 1 MiB (CSV)
 *   are taken, and once for its rows
 * @param name of the file
 * @param signal ends `rows` with its reason
 * @throws whatever `read` throws
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
