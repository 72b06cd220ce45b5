import { RowBuffer, type RowBytes } from './row-bytes.ts';

const LF = 10;
const CR = 13;

/** Cuts a file into lines, which end with LF, CR LF or CR. The ends are left out, blank lines are not. */
export class LineCutter {
  #line = 1;
  #rest = new RowBuffer();
  #afterCr = false;

  *cut(chunk: Buffer): Generator<RowBytes> {
    let start = this.#afterCr && chunk[0] === LF ? 1 : 0;
    if (chunk.length > 0) this.#afterCr = false;
    // Looking for LF is native and quick; most files have no CR, so that one look per chunk is enough.
    let cr = chunk.indexOf(CR, start);
    let lf = chunk.indexOf(LF, start);
    while (cr !== -1 || lf !== -1) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      yield this.#rest.finish(this.#line++, chunk.subarray(start, end));
      start = end + (end === cr && lf === cr + 1 ? 2 : 1);
      this.#afterCr = end === chunk.length - 1 && end === cr;
      if (cr !== -1 && cr < start) cr = chunk.indexOf(CR, start);
      if (lf !== -1 && lf < start) lf = chunk.indexOf(LF, start);
    }
    this.#rest.add(chunk.subarray(start));
  }

  *end(): Generator<RowBytes> {
    yield this.#rest.finish(this.#line, Buffer.alloc(0));
  }
}
