import { CsvReader } from './order-file/csv-reader.ts';
import { detectFormat, type OrderFileFormat } from './order-file/detect-format.ts';
import { isGzip } from './order-file/is-gzip.ts';
import { LineCutter } from './order-file/line-cutter.ts';
import { textOfHead } from './order-file/text-of-head.ts';
import { UnreadableFileError } from './order-file/unreadable-file-error.ts';

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
