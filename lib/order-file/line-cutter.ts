import { RowBuffer, type RowBytes } from './row.ts';

const LF = 10;
const CR = 13;

/** Cuts a file into lines, which end with LF, CR LF or CR. The ends are left out, blank lines are not. */
export class LineCutter {
  #line = 1;
  #rest = new RowBuffer();
  #afterCr = false;
  /** Bytes of the chunks before the one in hand. */
  #passed = 0;
  /** Where the line that is being read begins. */
  #begin = 0;
  /** Where the line given last begins, in bytes from the first chunk's first. */
  offset = 0;

  /** How many lines have ended so far. */
  get lines(): number {
    return this.#line - 1;
  }

  *cut(chunk: Buffer): Generator<RowBytes> {
    let start = this.#afterCr && chunk[0] === LF ? 1 : 0;
    // It is the CR LF's second half, not the first byte of a line.
    if (start === 1) this.#begin++;
    if (chunk.length > 0) this.#afterCr = false;
    // Looking for LF is native and quick; most files have no CR, so that one look per chunk is enough.
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
