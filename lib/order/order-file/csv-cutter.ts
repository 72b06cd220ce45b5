import { type CsvLine, type CsvRecord, type IsGood, recordAt } from './csv-record.ts';
import { LineCutter } from './line-cutter.ts';
import type { RowBytes } from './row-bytes.ts';
import type { BadRow } from './row-reader.ts';
import { rowText } from './row-text.ts';

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
