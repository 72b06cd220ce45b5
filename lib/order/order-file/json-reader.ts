import { parseOrderText } from '../order.ts';
import type { RowBytes } from './row-bytes.ts';
import type { OrderFileRow, RowReader } from './row-reader.ts';
import { rowText, toRow } from './row-text.ts';

/** What cuts a file into the JSON texts of its rows: `LineCutter` for NDJSON, `JsonCutter` for JSON. */
interface Cutter {
  readonly lines?: number;
  cut(chunk: Buffer): Iterable<RowBytes>;
  end(): Iterable<RowBytes>;
}

/** Orders as JSON texts. Blank rows are skipped. */
export class JsonReader implements RowReader {
  readonly #cutter: Cutter;

  constructor(cutter: Cutter) {
    this.#cutter = cutter;
  }

  get lines(): number | undefined {
    return this.#cutter.lines;
  }

  read(chunk: Buffer): Generator<OrderFileRow> {
    return readRows(this.#cutter.cut(chunk));
  }

  end(): Generator<OrderFileRow> {
    return readRows(this.#cutter.end());
  }
}

function* readRows(rows: Iterable<RowBytes>): Generator<OrderFileRow> {
  for (const row of rows) {
    const text = rowText(row);
    if (typeof text !== 'string') yield text;
    else if (text.trim() !== '') yield toRow(row.line, text, parseOrderText(text));
  }
}
