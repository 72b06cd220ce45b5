import { isUtf8 } from 'node:buffer';
import { parseOrder, parseOrderText } from '../../lib/order/order.ts';

/** One row of the reference reader. */
export type ReferenceRow =
  | { line: number; order: object }
  /** `path code` of each error, or only the code of an error that concerns the whole row. */
  | { line: number; raw: string; errors: string[] };

export interface ReferenceRead {
  rows: ReferenceRow[];
  /** Error that ended reading, if any: its code, and the line if known. */
  fault?: { code: string; line: number };
}

/** A piece of a file. Each character stands for one byte, so that any bytes can be searched as text. */
interface Piece {
  line: number;
  bytes: string;
}

const MAX_BYTES = 256 * 1024;
const NUMBER = /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const COLUMNS = ['customer_name', 'email_id', 'product_id', 'product_name', 'price', 'timestamp'];

/** Reads an order file as a whole, without regard to memory or speed. `openOrderFile` must yield the same for any chunks. */
export function referenceRead(file: Uint8Array, format: 'ndjson' | 'json' | 'csv'): ReferenceRead {
  const bytes = Buffer.from(file)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (format === 'ndjson') return { rows: jsonRows(linesOf(bytes)) };
  if (format === 'csv') return readCsv(linesOf(bytes));
  const { pieces, fault } = jsonPieces(bytes);
  return { rows: jsonRows(pieces), ...(fault && { fault }) };
}

function linesOf(bytes: string): Piece[] {
  return bytes.split(/\r\n|\r|\n/).map((line, index) => ({ line: index + 1, bytes: line }));
}

const bytesOf = (piece: Piece): Buffer => Buffer.from(piece.bytes, 'latin1');
const textOf = (piece: Piece): string => bytesOf(piece).toString();

/** Returns the error of a row that is too long or not UTF-8. */
function badPiece(piece: Piece): ReferenceRow | undefined {
  const { line, bytes } = piece;
  if (bytes.length > MAX_BYTES) {
    const raw = new TextDecoder().decode(bytesOf(piece).subarray(0, 1024), { stream: true });
    return { line, raw, errors: ['row_too_long'] };
  }
  return isUtf8(bytesOf(piece)) ? undefined : { line, raw: textOf(piece), errors: ['not_utf8'] };
}

function judged(line: number, raw: string, parsed: ReturnType<typeof parseOrder>): ReferenceRow {
  if (parsed.ok) return { line, order: parsed.order };
  return { line, raw, errors: parsed.errors.map(({ path, code }) => `${path} ${code}`.trim()) };
}

function jsonRows(pieces: Piece[]): ReferenceRow[] {
  return pieces.flatMap((piece) => {
    const text = textOf(piece);
    const bad = badPiece(piece);
    if (bad) return [bad];
    return text.trim() === '' ? [] : [judged(piece.line, text, parseOrderText(text))];
  });
}

/** Returns elements of arrays and objects outside of arrays, and an error for a missing or extra comma or bracket. */
function jsonPieces(bytes: string): { pieces: Piece[]; fault?: { code: string; line: number } } {
  const pieces: Piece[] = [];
  const lineAt = (at: number): number => linesOf(bytes.slice(0, at)).length;
  const failAt = (at: number) => ({ pieces, fault: { code: 'bad_json', line: lineAt(at) } });
  const afterBlanks = (at: number): number => at + (/^[ \t\r\n]*/.exec(bytes.slice(at))?.[0].length ?? 0);

  for (let at = afterBlanks(0); at < bytes.length; at = afterBlanks(at)) {
    if (bytes[at] === '{') {
      const end = endOfValue(bytes, at);
      if (end === undefined) return failAt(at);
      pieces.push({ line: lineAt(at), bytes: bytes.slice(at, end) });
      at = end;
      continue;
    }
    if (bytes[at] !== '[') return failAt(at);
    at = afterBlanks(at + 1);
    for (let isFirst = true; bytes[at] !== ']' || !isFirst; isFirst = false) {
      if (at === bytes.length || bytes[at] === ',' || bytes[at] === ']') return failAt(at);
      const end = endOfValue(bytes, at);
      if (end === undefined) return failAt(at);
      pieces.push({ line: lineAt(at), bytes: bytes.slice(at, end) });
      at = afterBlanks(end);
      if (bytes[at] === ']') break;
      if (bytes[at] !== ',') return failAt(at);
      at = afterBlanks(at + 1);
    }
    at += 1;
  }
  return { pieces };
}

/** Offset of the end of a value: after its last bracket or quote, or before the character that ends a word. */
function endOfValue(bytes: string, start: number): number | undefined {
  const first = bytes.charAt(start);
  if (first === '"') return endOfString(bytes, start);
  if (first !== '{' && first !== '[') {
    const length = bytes.slice(start).search(/[,\] \t\r\n]/);
    return length === -1 ? undefined : start + length;
  }
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes.charAt(at);
    if (byte === '"') {
      const end = endOfString(bytes, at);
      if (end === undefined) return undefined;
      at = end - 1;
    }
    if ('{['.includes(byte)) depth++;
    if ('}]'.includes(byte)) depth--;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

function endOfString(bytes: string, start: number): number | undefined {
  const string = /^"[^"\\]*(?:\\[\s\S][^"\\]*)*"/.exec(bytes.slice(start))?.[0];
  return string === undefined ? undefined : start + string.length;
}

function readCsv(lines: Piece[]): ReferenceRead {
  const rows: ReferenceRow[] = [];
  let header: string[] | undefined;

  const judge = (line: number, raw: string, cells: string[]): ReferenceRow => {
    if (cells.length !== header?.length) return { line, raw, errors: ['column_count'] };
    return judged(line, raw, parseOrder(fieldsOf(header, cells)));
  };
  const isGood = (raw: string): boolean => {
    const cells = cellsOf(raw);
    if (!cells) return false;
    return header === undefined || 'order' in judge(0, raw, cells);
  };

  for (let at = 0; at < lines.length; ) {
    const { line } = lines[at] as Piece;
    const record = recordAt(lines, at);
    const [first = '', ...others] = record?.map(textOf) ?? [];
    const raw = [first, ...others].join('\n');
    const cells = record && cellsOf(raw);
    // A stray quote makes a record of several lines, in which valid rows must not be lost.
    if (!record || !cells || (others.length > 0 && !isGood(raw) && others.some(isGood))) {
      const bad = badPiece(lines[at] as Piece) ?? {
        line,
        raw: textOf(lines[at] as Piece),
        errors: ['bad_csv'],
      };
      if (!header) return { rows, fault: { code: 'bad_header', line } };
      rows.push(bad);
      at += 1;
      continue;
    }
    at += record.length;
    if (raw.trim() === '') continue;
    if (header) {
      rows.push(judge(line, raw, cells));
      continue;
    }
    header = cells;
    const fault = headerFault(header);
    if (fault) return { rows, fault: { code: fault, line } };
  }
  return { rows };
}

/** Returns the lines of a record, up to the first line after which the number of quotes is even. */
function recordAt(lines: Piece[], start: number): Piece[] | undefined {
  let quotes = 0;
  let size = 0;
  for (let at = start; at < lines.length; at++) {
    const piece = lines[at] as Piece;
    if (badPiece(piece)) return undefined;
    quotes += piece.bytes.split('"').length - 1;
    if (quotes % 2 === 0) return lines.slice(start, at + 1);
    size += textOf(piece).length;
    if (size > MAX_BYTES) return undefined;
  }
  return undefined;
}

/**
 * Splits a record by RFC 4180, with white space around cells; undefined if a quote is inside an unquoted cell. After a closing
 * quote, `csv-parse` accepts only white space of one byte; further empty quotes, `"" ""`, are still an empty cell.
 */
function cellsOf(record: string): string[] | undefined {
  if (record.trim() === '') return [];
  const cells: string[] = [];
  for (let rest = record; ; ) {
    const cell =
      /^\s*"((?:[^"]|"")*)"[ \t\v\f]*(?=,|$)/.exec(rest) ??
      /^\s*""(?:[ \t\v\f]+"")+[ \t\v\f]*(?=,|$)/.exec(rest) ??
      /^([^",]*)(?=,|$)/.exec(rest);
    if (!cell) return undefined;
    cells.push(cell[1]?.replaceAll('""', '"').trim() ?? '');
    rest = rest.slice(cell[0].length);
    if (rest === '') return cells;
    rest = rest.slice(1);
  }
}

function headerFault(header: string[]): string | undefined {
  if (!COLUMNS.every((column) => header.includes(column))) return 'missing_columns';
  const isTwice = (column: string): boolean => header.indexOf(column) !== header.lastIndexOf(column);
  return [...COLUMNS, 'order_id'].some(isTwice) ? 'duplicate_columns' : undefined;
}

function fieldsOf(header: string[], cells: string[]): object {
  const entries = header.map((column, index) => {
    const cell = cells[index] ?? '';
    const isNumber = ['price', 'timestamp'].includes(column) && NUMBER.test(cell);
    return [column, isNumber ? Number(cell) : cell] as const;
  });
  // An unknown column may have any name, even __proto__.
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
