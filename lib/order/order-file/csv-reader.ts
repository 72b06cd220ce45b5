import { parseOrder } from '../order.ts';
import { CsvCutter } from './csv-cutter.ts';
import { type CsvHeader, fieldsOf, readCsvHeader } from './csv-header.ts';
import type { CsvRecord } from './csv-record.ts';
import type { BadRow, OrderFileRow, RowReader } from './row-reader.ts';
import { badRow, toRow } from './row-text.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** CSV with a header line. Blank lines are skipped; the `raw` of a record of several lines has LF between them. */
export class CsvReader implements RowReader {
  readonly #name: string;
  readonly #records = new CsvCutter((record) => this.isGood(record));
  #header: CsvHeader | undefined;
  header: string | undefined;

  /**
   * @param header the line that names the columns, where what is read is a part of a file without it
   * @throws UnreadableFileError where that is no header
   */
  constructor(name: string, header?: string) {
    this.#name = name;
    if (header === undefined) return;
    const reader = new CsvReader(name);
    for (const _row of reader.read(Buffer.from(`${header}\n`)));
    this.#header = reader.#header;
    this.header = reader.header;
  }

  get lines(): number {
    return this.#records.lines;
  }

  *read(chunk: Buffer): Generator<OrderFileRow> {
    for (const record of this.#records.cut(chunk)) yield* this.#row(record);
  }

  *end(): Generator<OrderFileRow> {
    for (const record of this.#records.end()) yield* this.#row(record);
  }

  *#row(record: CsvRecord | BadRow): Generator<OrderFileRow> {
    const place = `${this.#name}:${record.line}`;
    if ('errors' in record) {
      if (this.#header) return yield record;
      throw new UnreadableFileError('bad_header', `${place}: header ${record.errors[0]?.message}`);
    }
    const { line, raw, cells } = record;
    if (raw.trim() === '') return;
    if (!this.#header) {
      this.#header = readCsvHeader(cells, place);
      this.header = raw;
      return;
    }
    const { width } = this.#header;
    if (cells.length === width) yield toRow(line, raw, parseOrder(fieldsOf(cells, this.#header)));
    else {
      const message = `row must have ${width} columns as the header has, received ${cells.length}`;
      yield badRow(line, raw, 'column_count', message);
    }
  }

  /** Whether a record is the header, or an order: its own texts hold no line break, but a column that is not of the order may. */
  isGood({ cells }: CsvRecord): boolean {
    if (!this.#header) return true;
    return cells.length === this.#header.width && parseOrder(fieldsOf(cells, this.#header)).ok;
  }
}
