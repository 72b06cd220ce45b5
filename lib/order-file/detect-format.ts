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

/** The column that identifies a CSV header. */
const [KNOWN_COLUMN = ''] = REQUIRED_FIELDS;
const HEADER = new RegExp(`\\b${KNOWN_COLUMN}\\b`);

/**
 * Detects a file's format by its name (without `.gz`), or else by its first line:
 *
 * - `[` is JSON.
 * - `{` is NDJSON if the line is a complete JSON value, else JSON.
 * - A line with the order's first field, `customer_name`, is a CSV header.
 * - A blank file counts as NDJSON.
 *
 * @param head First bytes of the uncompressed file.
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
 * Removes the byte order mark from the first bytes of a file.
 *
 * @throws UnreadableFileError `not_utf8` for UTF-16: the file begins with its byte order mark, or has a zero byte in the first
 *   character, which is ASCII in every format.
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

/** Passes a file through with a first chunk of at least `size` bytes, or the whole file if it is shorter. */
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
