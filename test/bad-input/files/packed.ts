import { deflateSync, gzipSync } from 'node:zlib';
import { type FileEntry, failed, file, ingested, row } from './file-entry.ts';

const two = () => `${row()}\n${row()}\n`;
/** Flips the bits of one byte, counted from the end. */
function damaged(bytes: Buffer, fromEnd: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - fromEnd] = (copy.at(-fromEnd) ?? 0) ^ 0xff;
  return copy;
}

/** Compressed files, and files that claim to be compressed. */
export const packedFiles: FileEntry[] = [
  file('gzip without the extension .gz', 'packed.ndjson', gzipSync(two()), ingested(2)),
  file('plain text named .gz', 'plain.ndjson.gz', two(), failed('bad_gzip')),
  file('an empty file named .gz', 'empty.ndjson.gz', '', ingested(0)),
  file('gzip of an empty file', 'nothing.ndjson.gz', gzipSync(''), ingested(0)),
  file('gzip in gzip, named .gz', 'twice.ndjson.gz', gzipSync(gzipSync(two())), failed('bad_gzip')),
  file('gzip in gzip, named .gz.gz', 'twice.ndjson.gz.gz', gzipSync(gzipSync(two())), failed('bad_gzip')),
  file(
    'gzip truncated in its header',
    'cut-header.ndjson.gz',
    gzipSync(two()).subarray(0, 5),
    failed('bad_gzip'),
  ),
  file('gzip without its checksum', 'cut-end.ndjson.gz', gzipSync(two()).subarray(0, -8), failed('bad_gzip')),
  file('gzip with a wrong checksum', 'checksum.ndjson.gz', damaged(gzipSync(two()), 8), failed('bad_gzip')),
  file('gzip with a wrong length', 'length.ndjson.gz', damaged(gzipSync(two()), 1), failed('bad_gzip')),
  file(
    'gzip with an unknown compression method',
    'method.ndjson.gz',
    Buffer.from([0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 3]),
    failed('bad_gzip'),
  ),
  file(
    'gzip of two members',
    'members.ndjson.gz',
    Buffer.concat([gzipSync(two()), gzipSync(two())]),
    ingested(4),
  ),
  file(
    'gzip with text after it',
    'trailing.ndjson.gz',
    Buffer.concat([gzipSync(two()), Buffer.from(two())]),
    failed('bad_gzip'),
  ),
  file(
    'gzip padded with zeros',
    'padded.ndjson.gz',
    Buffer.concat([gzipSync(two()), Buffer.alloc(512)]),
    ingested(2),
  ),
  file('zlib without a gzip header', 'zlib.ndjson.gz', deflateSync(two()), failed('bad_gzip')),
  file('a zip file named as gzip', 'zip.ndjson.gz', 'PK\u0003\u0004orders', failed('bad_gzip')),
  file(
    'a zip file, such as a spreadsheet',
    'orders.xlsx',
    'PK\u0003\u0004[Content_Types].xml',
    failed('unknown_format'),
  ),
  file('a bzip2 file', 'orders.ndjson.bz2', 'BZh91AY&SY', failed('unknown_format')),
];
