import { CsvError, parse } from 'csv-parse/sync';
import { received } from '../text.ts';
import { LineCutter } from './line-cutter.ts';
import { type BadRow, badRow, MAX_ROW_BYTES, type RowBytes, rowText } from './row.ts';

export interface CsvRecord {
  line: number;
  raw: string;
  cells: string[];
}

/** A line, or a bad row if the line is too long or not UTF-8. */
export interface CsvLine {
  line: number;
  content: string | BadRow;
}

/** Returns whether a record is a valid row. */
export type IsGood = (record: CsvRecord) => boolean;

/**
 * Reads the record that begins at a line. Cells are separated by commas, and quoted if they contain commas, line breaks or
 * (doubled) quotes. `csv-parse` parses the record. Its end is determined here, because the parser's stream cannot continue
 * after an unclosed quote or a record that is too long.
 *
 * An unclosed quote would extend a record to the next stray quote, or to the end of the file. So if a record is malformed,
 * is longer than {@link MAX_ROW_BYTES}, or is invalid and contains a line that is a valid row, only its first line becomes a
 * bad row. Reading continues with the next line.
 *
 * @param atEnd Whether there are no further lines.
 * @returns The record and the index after its last line; undefined if that line has not been read yet.
 */
export function recordAt(
  lines: readonly CsvLine[],
  start: number,
  atEnd: boolean,
  isGood: IsGood,
): { row: CsvRecord | BadRow; end: number } | undefined {
  const end = recordEnd(lines, start, atEnd);
  if (end === start) return undefined;
  const record = toRecord(lines.slice(start, end));
  const others = lines.slice(start + 1, end);
  const isWhole = record && (others.length === 0 || isGood(record) || !anyGood(others, isGood));
  return isWhole ? { row: record, end } : { row: toBadRow(lines[start] as CsvLine), end: start + 1 };
}

/** Returns the index after the last line that a record at `start` may have; `start` if that line has not been read yet. */
export function recordEnd(lines: readonly CsvLine[], start: number, atEnd: boolean): number {
  let open = false;
  let size = 0;
  for (let at = start; at < lines.length; at++) {
    const content = lines[at]?.content;
    if (typeof content !== 'string') return start + 1;
    if (hasOddQuotes(content)) open = !open;
    if (!open) return at + 1;
    // The line's end counts too, or blank lines could continue without limit.
    size += content.length + 1;
    if (size > MAX_ROW_BYTES) return start + 1;
  }
  return atEnd && start < lines.length ? start + 1 : start;
}

/** Returns whether any of the lines is a valid row by itself. */
function anyGood(lines: readonly CsvLine[], isGood: IsGood): boolean {
  return lines.some((line) => {
    const record = toRecord([line]);
    return record !== undefined && isGood(record);
  });
}

function hasOddQuotes(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

function toRecord(lines: readonly CsvLine[]): CsvRecord | undefined {
  const raw = lines.map(({ content }) => content).join('\n');
  const cells = lines.every(({ content }) => typeof content === 'string') ? splitCells(raw) : undefined;
  return cells && { line: lines[0]?.line ?? 0, raw, cells };
}

/** Converts a line that does not begin a record to a bad row. */
function toBadRow({ line, content }: CsvLine): BadRow {
  if (typeof content !== 'string') return content;
  const rule = 'row must be CSV with every quote closed, and doubled inside quotes';
  return badRow(line, content, 'bad_csv', `${rule}, received ${received(content)}`);
}

/** Splits a record into cells; returns undefined if a quote is misplaced according to RFC 4180. */
function splitCells(record: string): string[] | undefined {
  if (record.trim() === '') return [];
  // This suffices for most records: csv-parse is made for streams and takes 40 µs of overhead per record.
  if (!record.includes('"')) return record.split(',');
  try {
    const [cells, ...others] = parse(record, { trim: true });
    return others.length === 0 ? cells : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

/** Splits a CSV file into records: see `recordAt`. */
export class CsvCutter {
  readonly #cutter = new LineCutter();
  readonly #isGood: IsGood;
  #lines: CsvLine[] = [];

  constructor(isGood: IsGood) {
    this.#isGood = isGood;
  }

  /** Number of complete lines read so far. */
  get lines(): number {
    return this.#cutter.lines;
  }

  *cut(chunk: Buffer): Generator<CsvRecord | BadRow> {
    yield* this.#records(this.#cutter.cut(chunk), false);
  }

  *end(): Generator<CsvRecord | BadRow> {
    yield* this.#records(this.#cutter.end(), true);
  }

  *#records(rows: Iterable<RowBytes>, atEnd: boolean): Generator<CsvRecord | BadRow> {
    for (const row of rows) this.#lines.push({ line: row.line, content: rowText(row) });
    const lines = this.#lines;
    let start = 0;
    for (let next = recordAt(lines, 0, atEnd, this.#isGood); next; ) {
      yield next.row;
      start = next.end;
      next = recordAt(lines, start, atEnd, this.#isGood);
    }
    this.#lines = lines.slice(start);
  }
}
