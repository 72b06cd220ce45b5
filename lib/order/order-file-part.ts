import { CsvReader } from './order-file/csv-reader.ts';
import { JsonReader } from './order-file/json-reader.ts';
import { LineCutter } from './order-file/line-cutter.ts';
import { lineStart } from './order-file/line-start.ts';
import type { ReadBytes } from './order-file/read-bytes.ts';
import { readRows } from './order-file/read-rows.ts';
import { recordStart } from './order-file/record-start.ts';
import type { OrderFileRow } from './order-file/row-reader.ts';
import type { OrderFileParts } from './order-file-parts.ts';

export type { ReadBytes } from './order-file/read-bytes.ts';

/** One part of an order file. */
export interface OrderFilePart extends Omit<OrderFileParts, 'count'> {
  /** Of the file, in bytes. */
  size: number;
  /** The part has the rows that begin at or after this byte … */
  from: number;
  /** … and before this one; in CSV, a few more or less, as far as it is certain where one begins. */
  to: number;
}

/** A part that is being read. */
export interface OpenedPart {
  /** Lines count from the part's first, but for the first part's, which count from the file's. */
  rows: AsyncGenerator<OrderFileRow>;
  /** Lines that have ended so far: once `rows` are over, those of the part. The first part has those before it, too. */
  lines(): number;
}

/**
 * Reads one part of an NDJSON or CSV file. The rows of all its parts, one after another, are exactly those of the whole file,
 * however short parts are and whatever the file holds: where a part begins is where reading the whole file comes by. A row goes
 * on beyond its part to its end, and a part in which none begins is empty. Only a CSV file that never lets one know where its
 * records begin (see `recordStart`) is read to its end by the part that comes to such a place: the parts after it are empty.
 *
 * @param read reads the file; called twice for the part's ends, near which most often only some 256 KiB (NDJSON) or 1 MiB (CSV)
 *   are taken, and once for its rows
 * @param name of the file
 * @param signal ends `rows` with its reason
 * @throws whatever `read` throws
 */
export async function openOrderFilePart(
  read: ReadBytes,
  part: OrderFilePart,
  name: string,
  signal?: AbortSignal,
): Promise<OpenedPart> {
  const reader = part.format === 'csv' ? new CsvReader(name, part.header) : new JsonReader(new LineCutter());
  const linesBefore = part.from === part.firstRowAt ? part.linesBefore : 0;
  const start = await rowStart(part.from, part.to);
  const end = start < part.to ? await rowStart(part.to, part.size) : start;

  async function rowStart(at: number, until: number): Promise<number> {
    if (at <= part.firstRowAt || at >= until) return at;
    if (!(reader instanceof CsvReader)) return lineStart(read, at, until);
    const { firstRowAt, size } = part;
    return recordStart(read, { at, until, firstRowAt, size, isGood: (record) => reader.isGood(record) });
  }

  async function* rows(): AsyncGenerator<OrderFileRow> {
    for await (const row of readRows(toBuffers(read(start, end)), reader, signal)) {
      row.line += linesBefore;
      yield row;
    }
  }
  return {
    rows: start < end ? rows() : readRows(toBuffers([]), reader),
    lines: () => linesBefore + (reader.lines ?? 0),
  };
}

async function* toBuffers(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
