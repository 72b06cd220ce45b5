import { parseOrderText } from '../order/order.ts';
import { received } from '../text.ts';
import { type OrderFileRow, RowBuffer, type RowBytes, type RowReader, rowText, toRow } from './row.ts';
import { UnreadableFileError } from './unreadable-file-error.ts';

/** Splits a file into the JSON texts of its rows: `LineCutter` for NDJSON, `JsonCutter` for JSON. */
interface Cutter {
  readonly lines?: number;
  cut(chunk: Buffer): Iterable<RowBytes>;
  end(): Iterable<RowBytes>;
}

/** Reads orders from JSON texts. Skips blank rows. */
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

const LF = 10;
const CR = 13;
const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** 1 for each byte that does not affect the structure of a row. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  ' \t\n\r",[]{}\\'.includes(String.fromCharCode(byte)) ? 0 : 1,
);

/** Position between rows, and what may follow it. */
const EXPECTED = {
  outside: '{ or [',
  opened: 'an order or ]',
  afterComma: 'an order',
  afterRow: ', or ]',
} as const;

/**
 * Splits a JSON file into rows: the elements of its top-level array, or its top-level objects one after another. It looks
 * only at brackets, quotes and commas, so a malformed row is still a row. Only the current row is held in memory.
 *
 * States: between ─► word ─► between, and between ─► nested ◄─► string ─► between (at depth 0).
 *
 * @throws UnreadableFileError `bad_json` if rows can no longer be distinguished. Earlier rows have been yielded by then.
 */
export class JsonCutter {
  readonly #name: string;
  readonly #row = new RowBuffer();
  #state: 'between' | 'word' | 'nested' | 'string' = 'between';
  #place: keyof typeof EXPECTED = 'outside';
  #depth = 0;
  #escaped = false;
  #line = 1;
  #rowLine = 1;
  #lastByte = 0;

  constructor(name: string) {
    this.#name = name;
  }

  *cut(chunk: Buffer): Generator<RowBytes> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.#state !== 'between' && !this.#escaped) at = skipPlain(chunk, at);
      if (at === chunk.length) break;
      const byte = chunk[at] as number;
      const previous = at > 0 ? chunk[at - 1] : this.#lastByte;
      if (byte === CR || (byte === LF && previous !== CR)) this.#line++;

      if (this.#state === 'word' && endsWord(byte)) {
        yield this.#finish(chunk.subarray(start, at));
      }
      if (this.#state === 'string') {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#state = 'nested';
          if (this.#depth === 0) yield this.#finish(chunk.subarray(start, at + 1));
        }
      } else if (this.#state === 'nested') {
        if (byte === QUOTE) this.#state = 'string';
        else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
        else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --this.#depth === 0) {
          yield this.#finish(chunk.subarray(start, at + 1));
        }
      } else if (this.#state === 'between' && this.#startsRow(byte, chunk, at)) {
        start = at;
        this.#rowLine = this.#line;
        this.#state = byte === QUOTE ? 'string' : 'word';
        if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
          this.#state = 'nested';
          this.#depth = 1;
        }
      }
    }
    if (this.#state !== 'between') this.#row.add(chunk.subarray(start));
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
  }

  /** @throws UnreadableFileError `bad_json` if the file ends within a row or the array. */
  end(): Iterable<RowBytes> {
    if (this.#state !== 'between') {
      this.#refuse(
        this.#rowLine,
        'expected the end of the row that begins here, received the end of the file',
      );
    }
    if (this.#place !== 'outside') {
      this.#refuse(this.#line, `expected ${EXPECTED[this.#place]}, received the end of the file`);
    }
    return [];
  }

  #startsRow(byte: number, chunk: Buffer, at: number): boolean {
    if (isBlank(byte)) return false;
    const place = this.#place;
    if (byte === OPEN_BRACKET && place === 'outside') {
      this.#place = 'opened';
    } else if (byte === COMMA && place === 'afterRow') {
      this.#place = 'afterComma';
    } else if (byte === CLOSE_BRACKET && (place === 'opened' || place === 'afterRow')) {
      this.#place = 'outside';
    } else if (
      byte === COMMA ||
      byte === CLOSE_BRACKET ||
      place === 'afterRow' ||
      (place === 'outside' && byte !== OPEN_BRACE)
    ) {
      const context = received(chunk.toString('utf8', at, at + 20));
      this.#refuse(this.#line, `expected ${EXPECTED[place]}, received ${context}`);
    } else {
      return true;
    }
    return false;
  }

  #finish(lastPart: Buffer): RowBytes {
    this.#state = 'between';
    if (this.#place !== 'outside') this.#place = 'afterRow';
    return this.#row.finish(this.#rowLine, lastPart);
  }

  #refuse(line: number, fault: string): never {
    throw new UnreadableFileError(
      'bad_json',
      `${this.#name}:${line}: must be a JSON array of orders, or orders one after another: ${fault}`,
    );
  }
}

function skipPlain(chunk: Buffer, start: number): number {
  let at = start;
  while (at < chunk.length && PLAIN[chunk[at] as number]) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === LF || byte === CR;
}

function endsWord(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACKET || isBlank(byte);
}
