import { type CsvLine, type IsGood, recordAt, recordEnd } from './csv-record.ts';
import { LineCutter } from './line-cutter.ts';
import { MAX_ROW_BYTES, type RowBytes, rowText } from './row.ts';

/**
 * A record that goes beyond a line begins at most so far before it: its lines up to there have at most `MAX_ROW_BYTES`
 * characters, their ends counted as one each (`recordEnd`). A character has at most 3 bytes for each of its UTF-16 units, and
 * an end 2.
 */
const LONGEST_REACH_BYTES = 3 * MAX_ROW_BYTES;

/** Where to look for the beginning of a record. */
export interface RecordSearch {
  at: number;
  /** Where the search is given up. */
  until: number;
  /** Where the first record of the file begins, after its header. */
  firstRowAt: number;
  /** Of the file, in bytes. */
  size: number;
  isGood: IsGood;
}

/**
 * The first place at or after `at` where a record of a CSV file begins for certain; `until` where there is none before it.
 *
 * Whether a line begins a record depends on the lines before it: it may stand in a quoted cell. But which line comes after a
 * record depends on that record alone. So a line begins a record for certain if no line before it, taken as the beginning of
 * a record, leads beyond it: wherever reading began, it comes by there. Of lines without a quote left open that is each one;
 * among records of several lines, one where reading from within a cell has failed and begun afresh. Only lines at most
 * {@link LONGEST_REACH_BYTES} before `at` have to be looked at, and what is found does not depend on where the search began:
 * whoever reads up to here and whoever reads from here on find the same place.
 */
export async function recordStart(
  read: ReadBytes,
  { at, until, firstRowAt, size, isGood }: RecordSearch,
): Promise<number> {
  if (at <= firstRowAt) return firstRowAt;
  if (at >= until) return until;
  const begin = Math.max(firstRowAt, at - LONGEST_REACH_BYTES - 1);
  const cutter = new LineCutter();
  // The search may begin within a line, which is too far away to matter.
  let isWhole = begin === firstRowAt;
  let lines: (CsvLine & { offset: number })[] = [];
  let current = 0;
  /** The farthest that a record from before the current line leads to, as an index. */
  let reach = 0;

  function add(rows: Iterable<RowBytes>): void {
    lines = lines.slice(current);
    reach -= current;
    current = 0;
    for (const row of rows) {
      if (isWhole) lines.push({ line: row.line, content: rowText(row), offset: begin + cutter.offset });
      isWhole = true;
    }
  }

  function search(atEnd: boolean): number | undefined {
    for (; current < lines.length; current++) {
      const offset = lines[current]?.offset ?? 0;
      if (offset >= until) return until;
      if (offset >= at && reach <= current) return offset;
      let next = recordEnd(lines, current, atEnd);
      if (next === current) return undefined;
      // Of one line, its end is where it is; of several, it depends on what they say.
      if (next > current + 1) next = recordAt(lines, current, atEnd, isGood)?.end ?? next;
      reach = Math.max(reach, next);
    }
    return undefined;
  }

  for await (const chunk of readOnwards(read, begin, size, at - begin + MAX_ROW_BYTES)) {
    add(cutter.cut(chunk));
    const found = search(false);
    if (found !== undefined) return found;
  }
  add(cutter.end());
  return search(true) ?? until;
}

const LF = 10;
const CR = 13;

/**
 * The first place at or after `at` where a line begins; `until` where there is none before it.
 *
 * @param at above 0: the byte before tells whether a line begins there
 */
export async function lineStart(read: ReadBytes, at: number, until: number): Promise<number> {
  let place = at - 1;
  let afterCr = false;
  for await (const chunk of readOnwards(read, place, until)) {
    if (chunk.length === 0) continue;
    if (afterCr) return chunk[0] === LF ? place + 1 : place;
    const lf = chunk.indexOf(LF);
    const cr = (lf === -1 ? chunk : chunk.subarray(0, lf)).indexOf(CR);
    if (cr !== -1 && cr < chunk.length - 1) return place + cr + (chunk[cr + 1] === LF ? 2 : 1);
    if (cr === -1 && lf !== -1) return place + lf + 1;
    afterCr = cr !== -1;
    place += chunk.length;
  }
  return until;
}

/** Each window is twice as long as the one before, up to this: most searches end in the first one. */
const LONGEST_WINDOW_BYTES = 32 * MAX_ROW_BYTES;

/**
 * Reads on from a place to another, window by window, for those who stop when they have found what they look for.
 *
 * @param first length of the first window, in bytes
 */
export async function* readOnwards(
  read: ReadBytes,
  from: number,
  to: number,
  first = MAX_ROW_BYTES,
): AsyncGenerator<Buffer> {
  let window = first;
  for (let at = from; at < to; ) {
    const end = Math.min(to, at + window);
    for await (const chunk of read(at, end)) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    at = end;
    window = Math.min(2 * window, LONGEST_WINDOW_BYTES);
  }
}

/** Reads bytes of one file, from one place to before another, as a stream; leaving the loop closes it. */
export type ReadBytes = (from: number, to: number) => AsyncIterable<Uint8Array>;
