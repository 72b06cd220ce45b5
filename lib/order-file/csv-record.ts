import { CsvError, parse } from 'csv-parse/sync';
import { received } from '../text.ts';
import { LineCutter } from './line-cutter.ts';
import { type BadRow, badRow, MAX_ROW_BYTES, type RowBytes, rowText } from './row.ts';

export interface CsvRecord {
  line: number;
  raw: string;
  cells: string[];
}

/** A line, or the bad row that it is on its own. */
export interface CsvLine {
  line: number;
  content: string | BadRow;
}

/** Whether a record is a good row. */
export type IsGood = (record: CsvRecord) => boolean;

/**
 * The record that begins at a line: cells between commas, in quotes where they hold commas, line breaks or (doubled) quotes.
 * `csv-parse` reads it; where it ends is found out here, since its stream cannot go on after a quote that is never closed, or a
 * record that is too long.
 *
 * A quote that is never closed would make the rest of the file one record, or all up to the next stray quote. So a record
 * costs its first line only where it is malformed, longer than {@link MAX_ROW_BYTES}, or a bad row that has swallowed a
 * good one; reading goes on with the next line.
 *
 * @param atEnd whether there are no further lines
 * @returns the record, and the index after its last line; undefined where that line is not there yet
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

/** The index after the last line that a record from `start` on may have; `start` itself if that line is not there yet. */
export function recordEnd(lines: readonly CsvLine[], start: number, atEnd: boolean): number {
  let open = false;
  let size = 0;
  for (let at = start; at < lines.length; at++) {
    const content = lines[at]?.content;
    if (typeof content !== 'string') return start + 1;
    if (hasOddQuotes(content)) open = !open;
    if (!open) return at + 1;
    // The line's end counts too: blank lines would go on for ever.
    size += content.length + 1;
    if (size > MAX_ROW_BYTES) return start + 1;
  }
  return atEnd && start < lines.length ? start + 1 : start;
}

/** Whether one of the lines is a good row on its own. */
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

/** What is wrong with a line that begins no record. */
function toBadRow({ line, content }: CsvLine): BadRow {
  if (typeof content !== 'string') return content;
  const rule = 'row must be CSV with every quote closed, and doubled inside quotes';
  return badRow(line, content, 'bad_csv', `${rule}, received ${received(content)}`);
}

/** `undefined` when a quote stands where RFC 4180 has none. */
function splitCells(record: string): string[] | undefined {
  if (record.trim() === '') return [];
  // Most records need no more. csv-parse, which is made for streams, takes 40 µs to begin and end with one.
  if (!record.includes('"')) return record.split(',');
  try {
    const [cells, ...others] = parse(record, { trim: true });
    return others.length === 0 ? cells : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}

/** Cuts a CSV file into records: see `recordAt`. */
export class CsvCutter {
  readonly #cutter = new LineCutter();
  readonly #isGood: IsGood;
  #lines: CsvLine[] = [];

  constructor(isGood: IsGood) {
    this.#isGood = isGood;
  }

  /** How many lines have ended so far. */
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
