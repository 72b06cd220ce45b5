import { type FileEntry, failed, file, ingested, row } from './file-entry.ts';

const NOT_ORDERS = [1, 2, 3, 4].map((line) => `${line} : not_an_object`);
const MISSING = ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp'];
const ofLine = (line: number): string[] => MISSING.map((field) => `${line} ${field}: missing`);
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** JSON and NDJSON files. */
export const documents: FileEntry[] = [
  file('JSON: an array that is never closed', 'open.json', `[${row()},\n${row()}`, failed('bad_json', 2)),
  file('JSON: a row that is never closed', 'open-row.json', `[${row()},\n{"price":`, failed('bad_json', 1)),
  file('JSON: a text that is never closed', 'open-text.json', `[${row()},\n"Jane]`, failed('bad_json', 1)),
  file('JSON: a trailing comma', 'comma.json', `[${row()},]`, failed('bad_json', 1)),
  file('JSON: two commas between rows', 'commas.json', `[${row()},,${row()}]`, failed('bad_json', 1)),
  file('JSON: no comma between rows', 'no-comma.json', `[${row()} ${row()}]`, failed('bad_json', 1)),
  file('JSON: a closing bracket first', 'closed.json', `]${row()}[`, failed('bad_json')),
  file('JSON: garbage after the array', 'garbage.json', `[${row()}] and more`, failed('bad_json', 1)),
  file('JSON: two arrays', 'arrays.json', `[${row()}]\n[${row()}]`, ingested(2)),
  file(
    'JSON: an array of arrays',
    'nested.json',
    `[[${row()}],\n[${row()}]]`,
    ingested(0, ...NOT_ORDERS.slice(0, 2)),
  ),
  file('JSON: rows of other types', 'types.json', '[1,\n"Jane",\nnull,\n[]]', ingested(0, ...NOT_ORDERS)),
  file(
    'JSON: a row nested 100,000 levels deep',
    'deep.json',
    `[${deep(100_000)},\n${row()}]`,
    ingested(1, '1 : not_an_object'),
  ),
  file('JSON: mismatched brackets', 'mixed.json', `[{"a":1],\n${row()}]`, ingested(1, '1 : not_json')),
  file(
    'JSON: NaN in a row',
    'nan.json',
    `[${row().replace('39.9', 'NaN')},\n${row()}]`,
    ingested(1, '1 : not_json'),
  ),
  file('JSON: a comment', 'comment.json', `[/* free */\n${row()}]`, failed('bad_json', 0, '1 : not_json')),
  file('JSON: orders in a field', 'wrapped.json', `{"orders":[${row()}]}`, ingested(0, ...ofLine(1))),
  file('JSON: null', 'null.json', 'null', failed('bad_json')),
  file('JSON: an empty array', 'none.json', '[]', ingested(0)),
  file('JSON: __proto__ as a row', 'proto.json', `[{"__proto__":${row()}}]`, ingested(0, ...ofLine(1))),
  file(
    'JSON: a row of 300 KiB',
    'long.json',
    `[${row({ note: 'x'.repeat(307_200) })},\n${row()}]`,
    ingested(1, '1 : row_too_long'),
  ),
  file('JSON: consecutive orders without an array', 'stream.json', `${row()}\n${row()}`, ingested(2)),
  file(
    'NDJSON: a row over several lines',
    'pretty.ndjson',
    '{\n"price": 1\n}\n',
    ingested(0, '1 : not_json', '2 : not_json', '3 : not_json'),
  ),
  file(
    'NDJSON: commas between the lines',
    'commas.ndjson',
    `${row()},\n${row()}\n`,
    ingested(1, '1 : not_json'),
  ),
  file('NDJSON: an array on a line', 'array.ndjson', `[${row()}]\n`, ingested(0, '1 : not_an_object')),
  file(
    'NDJSON: a line of 300 KiB',
    'long.ndjson',
    `${row({ note: 'x'.repeat(307_200) })}\n${row()}\n`,
    ingested(1, '1 : row_too_long'),
  ),
  file('NDJSON: lines that end with CR', 'cr.ndjson', `${row()}\r${row()}\r`, ingested(2)),
  file(
    'NDJSON: a truncated last line',
    'cut.ndjson',
    `${row()}\n${row().slice(0, 40)}`,
    ingested(1, '2 : not_json'),
  ),
  file(
    'NDJSON: a line nested 100,000 levels deep',
    'deep.ndjson',
    `${deep(100_000)}\n${row()}\n`,
    ingested(1, '1 : not_an_object'),
  ),
];
