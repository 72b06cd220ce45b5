import { parseJson } from '../json.ts';
import { REQUIRED_FIELDS } from '../order/order.ts';
import { received } from '../text.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

export type OrderFileFormat = 'ndjson' | 'json' | 'csv';

const FORMAT_OF_ENDING: Record<string, OrderFileFormat> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  csv: 'csv',
};

/** The column by which a header is known: a word of its line. */
const [KNOWN_COLUMN = ''] = REQUIRED_FIELDS;
const HEADER = new RegExp(`\\b${KNOWN_COLUMN}\\b`);

/**
 * Tells a file's format by its name (`.gz` aside), else by how it begins: `[` is JSON; `{` is NDJSON if the first line is
 * a whole JSON value, else JSON; a line that names the order's first field, `customer_name`, is the header of a CSV. A blank
 * file has no rows in any format and counts as NDJSON.
 *
 * @param head The first bytes of the unpacked file.
 * @throws UnreadableFileError `unknown_format`.
 */
export function detectFormat(name: string, head: Buffer): OrderFileFormat {
  const ending = /\.(\w+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const byName = Object.hasOwn(FORMAT_OF_ENDING, ending) ? FORMAT_OF_ENDING[ending] : undefined;
  if (byName) return byName;

  const [firstLine = ''] = head
    .toString()
    .trimStart()
    .split(/[\r\n]/, 1);
  if (firstLine === '') return 'ndjson';
  if (firstLine.startsWith('[')) return 'json';
  if (firstLine.startsWith('{')) return parseJson(firstLine) === undefined ? 'json' : 'ndjson';
  if (HEADER.test(firstLine)) return 'csv';
  throw new UnreadableFileError(
    'unknown_format',
    `${name}:1: must be named .ndjson, .jsonl, .json or .csv, or begin with {, [ or a CSV header with ${KNOWN_COLUMN}; received ${received(firstLine)}`,
  );
}

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The first bytes of a file without its byte order mark.
 *
 * @throws UnreadableFileError `not_utf8` for UTF-16: it begins with a byte order mark of its own, or has a zero byte in its
 *   first letter, which is ASCII in every format here.
 */
export function textOfHead(bytes: Buffer, name: string): Buffer {
  const head = bytes.subarray(0, 3).equals(UTF8_BOM) ? bytes.subarray(3) : bytes;
  const [first, second] = head;
  if (
    first === 0 ||
    second === 0 ||
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff)
  ) {
    const shown = head.subarray(0, 4).toString('hex');
    throw new UnreadableFileError(
      'not_utf8',
      `${name}:1: must be UTF-8, received UTF-16 (begins with bytes ${shown})`,
    );
  }
  return head;
}

/** Passes a file through, its first chunk grown to at least `size` bytes, or to the whole file if that is shorter. */
export async function* withHead(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let head: Uint8Array[] | undefined = [];
  let length = 0;
  for await (const chunk of bytes) {
    if (head) {
      head.push(chunk);
      length += chunk.length;
      if (length < size) continue;
    }
    yield head ? Buffer.concat(head) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    head = undefined;
  }
  if (head) yield Buffer.concat(head);
}
