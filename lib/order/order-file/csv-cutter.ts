import { CsvError, parse } from 'csv-parse/sync';
import { received } from '../received.ts';
import { LineCutter } from './line-cutter.ts';
import { MAX_ROW_BYTES, type RowBytes } from './row-bytes.ts';
import type { BadRow } from './row-reader.ts';
import { badRow, rowText } from './row-text.ts';

export interface CsvRecord {
  line: number;
  raw: string;
  cells: string[];
}

/** A line, or the bad row that it is on its own. */
interface Line {
  line: number;
  content: string | BadRow;
}

/**
 * Cuts a CSV file into records: cells between commas, in quotes where they hold commas, line breaks or (doubled) quotes.
 * `csv-parse` reads each record; where one ends is found out here, since its stream cannot go on after a quote that is
 * never closed, or a record that is too long.
 *
 * A quote that is never closed would make the rest of the file one record, or all up to the next stray quote. So a record
 * costs its first line only where it is malformed, longer than {@link MAX_ROW_BYTES}, or a bad row that has swallowed a
 * good one; reading goes on with the next line.
 */
export class CsvCutter {
  readonly #cutter = new LineCutter();
  readonly #isGood: (record: CsvRecord) => boolean;
  #lines: Line[] = [];

  /** @param isGood whether a record is a good row */
  constructor(isGood: (record: CsvRecord) => boolean) {
    this.#isGood = isGood;
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
    for (let end = recordEnd(lines, 0, atEnd); end > start; end = recordEnd(lines, start, atEnd)) {
      const record = toRecord(lines.slice(start, end));
      const others = lines.slice(start + 1, end);
      const isWhole = record && (others.length === 0 || this.#isGood(record) || !this.#anyGood(others));
      yield isWhole ? record : toBadRow(lines[start] as Line);
      start = isWhole ? end : start + 1;
    }
    this.#lines = lines.slice(start);
  }

  /** Whether one of the lines is a good row on its own. */
  #anyGood(lines: Line[]): boolean {
    return lines.some((line) => {
      const record = toRecord([line]);
      return record !== undefined && this.#isGood(record);
    });
  }
}

/** The index after the last line of the record that begins at `start`; `start` itself if that line is not there yet. */
function recordEnd(lines: Line[], start: number, atEnd: boolean): number {
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

function hasOddQuotes(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

function toRecord(lines: Line[]): CsvRecord | undefined {
  const raw = lines.map(({ content }) => content).join('\n');
  const cells = lines.every(({ content }) => typeof content === 'string') ? splitCells(raw) : undefined;
  return cells && { line: lines[0]?.line ?? 0, raw, cells };
}

/** What is wrong with a line that begins no record. */
function toBadRow({ line, content }: Line): BadRow {
  if (typeof content !== 'string') return content;
  const rule = 'row must be CSV with every quote closed, and doubled inside quotes';
  return badRow(line, content, 'bad_csv', `${rule}, received ${received(content)}`);
}

/** `undefined` when a quote stands where RFC 4180 has none. */
function splitCells(record: string): string[] | undefined {
  if (record.trim() === '') return [];
  try {
    const [cells, ...others] = parse(record, { trim: true });
    return others.length === 0 ? cells : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}
