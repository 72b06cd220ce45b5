import { type CsvLine, type IsGood, recordAt, recordEnd } from './csv-record.ts';
import { LineCutter } from './line-cutter.ts';
import { MAX_ROW_BYTES, type RowBytes, rowText } from './row.ts';

/**
 * Longest distance, in bytes, from the beginning of a record to a later line of it. The lines in between have at most
 * `MAX_ROW_BYTES` characters, line ends included (`recordEnd`). A UTF-16 unit has at most 3 bytes, a line end 2.
 */
const LONGEST_REACH_BYTES = 3 * MAX_ROW_BYTES;

/** Parameters of a search for the beginning of a record. All positions are byte offsets. */
export interface RecordSearch {
  /** Start of the search. */
  at: number;
  /** End of the search. */
  until: number;
  /** Offset of the file's first record, after the header. */
  firstRowAt: number;
  /** Size of the file, in bytes. */
  size: number;
  isGood: IsGood;
}

/**
 * Finds the first offset at or after `at` where a record of a CSV file certainly begins; `until` if there is none before it.
 *
 * A line may be inside a quoted cell, so whether it begins a record depends on the lines before it. But the end of a record
 * depends only on that record. So a line certainly begins a record if no earlier line, read as the beginning of a record, leads
 * past it: reading from any earlier line arrives there. Without quotes left open this holds for every line. Among records of
 * several lines it holds where reading from inside a cell has failed and restarted.
 *
 * Only the {@link LONGEST_REACH_BYTES} before `at` matter. So the reader of the part before and the reader of the part after
 * find the same offset.
 */
export async function recordStart(
  read: ReadBytes,
  { at, until, firstRowAt, size, isGood }: RecordSearch,
): Promise<number> {
  if (at <= firstRowAt) return firstRowAt;
  if (at >= until) return until;
  const begin = Math.max(firstRowAt, at - LONGEST_REACH_BYTES - 1);
  const cutter = new LineCutter();
  // Skips the rest of a line that the search begins in, which is too far away to matter.
  let isWhole = begin === firstRowAt;
  let lines: (CsvLine & { offset: number })[] = [];
  let current = 0;
  /** Largest index that a record before the current line leads to. */
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
      // The end of a record of several lines depends on their content.
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
 * Finds the first offset at or after `at` where a line begins; `until` if there is none before it.
 *
 * @param at Above 0, because the byte before it decides whether a line begins there.
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

/** Longest window, in bytes. Windows double in length, since most searches end in the first one. */
const LONGEST_WINDOW_BYTES = 32 * MAX_ROW_BYTES;

/**
 * Reads a range window by window, for searches that usually end early.
 *
 * @param first Length of the first window, in bytes.
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

/** Reads the bytes of a file from one offset to before another, as a stream. Leaving the loop closes the stream. */
export type ReadBytes = (from: number, to: number) => AsyncIterable<Uint8Array>;
