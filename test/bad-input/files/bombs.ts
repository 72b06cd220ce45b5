import { gzipSync } from 'node:zlib';
import { type FileEntry, failed, file, HEADER, ingested, row } from './file-entry.ts';

const MIB = 1_048_576;

/** Creates a gzip file of repeated text, about 1 KiB per MiB. Compresses one member and repeats it. */
function bomb(mebibytes: number, fill: string, head = '', tail = ''): () => Buffer {
  return () => {
    const member = gzipSync(Buffer.alloc(MIB, fill));
    const members = Array.from({ length: mebibytes }, () => member);
    return Buffer.concat([gzipSync(head), ...members, gzipSync(tail)]);
  };
}

/** Small files that unpack to a large size, or have a row that never ends. */
export const bombs: FileEntry[] = [
  file('1 GiB of zeros', 'zeros.ndjson.gz', bomb(1_024, '\0'), failed('not_utf8')),
  file(
    '1 GiB of zeros in gzip in gzip',
    'zeros.csv.gz',
    () => gzipSync(bomb(1_024, '\0')()),
    failed('bad_gzip'),
  ),
  file(
    'a line of 128 MiB',
    'line.ndjson.gz',
    bomb(128, 'a', '', `\n${row()}\n`),
    ingested(1, '1 : row_too_long'),
  ),
  file('a CSV row of 128 MiB', 'row.csv.gz', bomb(128, 'a', `${HEADER}\n`), ingested(0, '2 : row_too_long')),
  file('a CSV header of 16 MiB', 'header.csv.gz', bomb(16, 'a,'), failed('bad_header')),
  file(
    'an open CSV quote followed by 1 MiB of line ends',
    'quote.csv.gz',
    bomb(1, '\n', `${HEADER}\n"`),
    ingested(0, '2 : bad_csv'),
  ),
  file('a JSON text of 32 MiB that is never closed', 'text.json.gz', bomb(32, 'a', '["'), failed('bad_json')),
  file('32 Mi opening brackets', 'brackets.json.gz', bomb(32, '['), failed('bad_json')),
  file(
    'a JSON row of 10 MiB',
    'row.json',
    () => Buffer.from(`[{"note":"${'x'.repeat(10 * MIB)}"},\n${row()}]`),
    ingested(1, '1 : row_too_long'),
  ),
];

/** Files that take longer to read than the function may run. */
export const endlessFiles: FileEntry[] = [
  file('a JSON array with 1 GiB of spaces', 'array.json.gz', bomb(1_024, ' ', '['), failed('time_up')),
  file('1 GiB of line ends', 'lines.ndjson.gz', bomb(1_024, '\n'), failed('time_up')),
];
