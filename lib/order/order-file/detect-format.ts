import { parseJson } from '../../json/parse-json.ts';
import { received } from '../received.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

export type OrderFileFormat = 'ndjson' | 'json' | 'csv';

const FORMAT_OF_ENDING: Record<string, OrderFileFormat> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  csv: 'csv',
};

/**
 * Tells a file's format by its name (`.gz` aside), else by how it begins: `[` is JSON; `{` is NDJSON if the first line is
 * a whole JSON value, else JSON; a line that names `customer_name` is the header of a CSV. A blank file has no rows in
 * any format and counts as NDJSON.
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
  if (/\bcustomer_name\b/.test(firstLine)) return 'csv';
  throw new UnreadableFileError(
    'unknown_format',
    `${name}:1: must be named .ndjson, .jsonl, .json or .csv, or begin with {, [ or a CSV header with customer_name; received ${received(firstLine)}`,
  );
}
