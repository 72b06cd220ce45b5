import { type OrderField, orderFields } from '../order/fields.ts';
import { ORDER_FIELDS, parseOrder, REQUIRED_FIELDS } from '../order/order.ts';
import { received } from '../text.ts';
import { CsvCutter, type CsvRecord } from './csv-record.ts';
import { type BadRow, badRow, type OrderFileRow, type RowReader, toRow } from './row.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** Reads CSV with a header line. Skips blank lines. The `raw` of a record has LF between lines. */
export class CsvReader implements RowReader {
  readonly #name: string;
  readonly #records = new CsvCutter((record) => this.isGood(record));
  #header: CsvHeader | undefined;
  header: string | undefined;

  /**
   * @param header Header line, for a part of a file that does not contain it.
   * @throws UnreadableFileError if it is not a valid header.
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
      const message = `row must have ${width} columns like the header, received ${cells.length}`;
      yield badRow(line, raw, 'column_count', message);
    }
  }

  /** Returns whether a record is the header or a valid order. Fields of an order have no line breaks, but other columns may. */
  isGood({ cells }: CsvRecord): boolean {
    if (!this.#header) return true;
    return cells.length === this.#header.width && parseOrder(fieldsOf(cells, this.#header)).ok;
  }
}

/** Index of each field's cell. */
interface CsvHeader {
  columns: { field: string; index: number; toValue: (cell: string) => unknown }[];
  width: number;
}

/** A number without thousands separators or decimal comma. */
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const TO_VALUE: Readonly<Record<OrderField['cell'], (cell: string) => unknown>> = {
  text: (cell) => cell,
  number: (cell) => (NUMBER.test(cell) ? Number(cell) : cell),
  boolean: (cell) => (cell === 'true' || cell === 'false' ? cell === 'true' : cell),
};

/**
 * Finds the order's fields among the column names; unknown columns are ignored.
 *
 * @param place File and line, for error messages.
 * @throws UnreadableFileError `missing_columns` or `duplicate_columns`.
 */
function readCsvHeader(cells: string[], place: string): CsvHeader {
  const names = cells.map((cell) => cell.trim());
  const missing = REQUIRED_FIELDS.filter((field) => !names.includes(field));
  if (missing.length > 0) {
    const message = `${place}: header must name ${missing.join(', ')}, received ${received(names.join(','))}`;
    throw new UnreadableFileError('missing_columns', message);
  }
  const twice = ORDER_FIELDS.find((field) => names.indexOf(field) !== names.lastIndexOf(field));
  if (twice) {
    const message = `${place}: header must name ${twice} once, received ${received(names.join(','))}`;
    throw new UnreadableFileError('duplicate_columns', message);
  }
  const columns = ORDER_FIELDS.filter((field) => names.includes(field)).map((field) => {
    return { field, index: names.indexOf(field), toValue: TO_VALUE[orderFields[field].cell] };
  });
  return { columns, width: names.length };
}

/** Converts the cells of a row to fields. An empty cell is a missing field. */
function fieldsOf(cells: string[], { columns }: CsvHeader): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { field, index, toValue } of columns) {
    const cell = cells[index]?.trim();
    if (cell) fields[field] = toValue(cell);
  }
  return fields;
}
