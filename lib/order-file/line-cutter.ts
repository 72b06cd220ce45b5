import { RowBuffer, type RowBytes } from './row.ts';

const LF = 10;
const CR = 13;

/** Splits a file into lines that end with LF, CR LF or CR. Lines are yielded without their ends; blank lines are included. */
export class LineCutter {
  #line = 1;
  #rest = new RowBuffer();
  #afterCr = false;
  /** Number of bytes before the current chunk. */
  #passed = 0;
  /** Offset of the line that is being read. */
  #begin = 0;
  /** Offset of the line yielded last, in bytes from the start of the first chunk. */
  offset = 0;

  /** Number of lines that have ended so far. */
  get lines(): number {
    return this.#line - 1;
  }

  *cut(chunk: Buffer): Generator<RowBytes> {
    let start = this.#afterCr && chunk[0] === LF ? 1 : 0;
    // The LF belongs to the CR LF before it, not to a new line.
    if (start === 1) this.#begin++;
    if (chunk.length > 0) this.#afterCr = false;
    // `indexOf` is native and fast. Most files have no CR, so one search for it per chunk suffices.
    let cr = chunk.indexOf(CR, start);
    let lf = chunk.indexOf(LF, start);
    while (cr !== -1 || lf !== -1) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      const row = this.#rest.finish(this.#line++, chunk.subarray(start, end));
      start = end + (end === cr && lf === cr + 1 ? 2 : 1);
      this.#afterCr = end === chunk.length - 1 && end === cr;
      this.offset = this.#begin;
      this.#begin = this.#passed + start;
      yield row;
      if (cr !== -1 && cr < start) cr = chunk.indexOf(CR, start);
      if (lf !== -1 && lf < start) lf = chunk.indexOf(LF, start);
    }
    this.#rest.add(chunk.subarray(start));
    this.#passed += chunk.length;
  }

  *end(): Generator<RowBytes> {
    this.offset = this.#begin;
    yield this.#rest.finish(this.#line, Buffer.alloc(0));
  }
}
