import { cells, type FileEntry, failed, file, HEADER, ingested, row } from './file-entry.ts';

const BOM = '\uFEFF';
/** Creates a row with raw bytes as the name, followed by a valid row. */
const bytes = (...name: number[]): Buffer => {
  const [before = '', after = ''] = row({ customer_name: '|' }).split('|');
  return Buffer.concat([Buffer.from(before), Buffer.from(name), Buffer.from(`${after}\n${row()}\n`)]);
};
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

/** Empty files, and files that are not valid UTF-8 or have special characters. */
export const encodedFiles: FileEntry[] = [
  file('an empty NDJSON file', 'empty.ndjson', '', ingested(0)),
  file('an empty CSV file', 'empty.csv', '', ingested(0)),
  file('an empty JSON file', 'empty.json', '', ingested(0)),
  file('an empty file without an extension', 'empty', '', ingested(0)),
  file('only a byte order mark, as NDJSON', 'mark.ndjson', BOM, ingested(0)),
  file('only a byte order mark, as CSV', 'mark.csv', BOM, ingested(0)),
  file('only a byte order mark, as JSON', 'mark.json', BOM, ingested(0)),
  file('only blank lines', 'blank.ndjson', ' \n\r\n\t\r\n\n', ingested(0)),
  file('a byte order mark before NDJSON', 'marked.ndjson', `${BOM}${row()}\n`, ingested(1)),
  file('a byte order mark before CSV', 'marked.csv', `${BOM}${HEADER}\n${cells()}\n`, ingested(1)),
  file(
    'two byte order marks',
    'marked-twice.ndjson',
    `${BOM}${BOM}${row()}\n${row()}\n`,
    ingested(1, '1 : not_json'),
  ),
  file(
    'UTF-16, little-endian',
    'utf16le.csv',
    Buffer.from(`${BOM}${HEADER}\n${cells()}\n`, 'utf16le'),
    failed('not_utf8'),
  ),
  file('UTF-16, big-endian', 'utf16be.csv', utf16be(`${BOM}${HEADER}\n`), failed('not_utf8')),
  file(
    'UTF-16, little-endian, without a byte order mark',
    'utf16.ndjson',
    Buffer.from(row(), 'utf16le'),
    failed('not_utf8'),
  ),
  file(
    'UTF-16, big-endian, without a byte order mark',
    'utf16be.json',
    utf16be(`[${row()}]`),
    failed('not_utf8'),
  ),
  file('UTF-32', 'utf32.ndjson', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), failed('not_utf8')),
  file('UTF-7', 'utf7.ndjson', '+AHs-"price":1+AH0-\n', ingested(0, '1 : not_json')),
  file('Latin-1 in a row', 'latin1.ndjson', bytes(0x4a, 0xe9), ingested(1, '1 : not_utf8')),
  file('an overlong NUL', 'overlong.ndjson', bytes(0x4a, 0xc0, 0x80), ingested(1, '1 : not_utf8')),
  file(
    'a surrogate encoded in three bytes',
    'cesu8.ndjson',
    bytes(0xed, 0xa0, 0xbd),
    ingested(1, '1 : not_utf8'),
  ),
  file(
    'a code point beyond Unicode',
    'beyond.ndjson',
    bytes(0xf4, 0x90, 0x80, 0x80),
    ingested(1, '1 : not_utf8'),
  ),
  file(
    'a character truncated at the end of the file',
    'cut-letter.ndjson',
    Buffer.concat([Buffer.from(`${row()}\n`), Buffer.from([0xe2, 0x82])]),
    ingested(1, '2 : not_utf8'),
  ),
  file('a file that starts with NUL', 'nul-first.ndjson', `\0${row()}\n`, failed('not_utf8')),
  file(
    'NUL in a row of JSON',
    'nul.ndjson',
    `${row().replace('Jane', 'Ja\0ne')}\n${row()}\n`,
    ingested(1, '1 : not_json'),
  ),
  file(
    'NUL in a cell',
    'nul.csv',
    `${HEADER}\n${cells({ customer_name: 'Ja\0ne' })}\n${cells()}\n`,
    ingested(1, '2 customer_name: invalid_format'),
  ),
  file(
    'an escape sequence in a cell',
    'escape.csv',
    `${HEADER}\n${cells({ product_name: '\u001b[2J' })}\n`,
    ingested(0, '2 product_name: invalid_format'),
  ),
  file(
    'an image',
    'photo.png',
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    failed('unknown_format'),
  ),
  file('a PDF', 'invoice.pdf', '%PDF-1.7\n', failed('unknown_format')),
  file('a program', 'program', Buffer.from('\u007fELF\u0002\u0001\u0001'), failed('unknown_format')),
  file('a web page', 'orders.html', '<!doctype html><title>Orders</title>', failed('unknown_format')),
  file('XML', 'orders.xml', '<?xml version="1.0"?><orders/>', failed('unknown_format')),
];
