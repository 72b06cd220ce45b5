import { type OrderFileFormat, type OrderFileRow, openOrderFile } from '../../lib/order-file/order-file.ts';

/** Yields the bytes of a file like a stream, `size` at a time. */
export async function* inChunks(
  bytes: Uint8Array | string,
  size = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.from(bytes);
  for (let at = 0; at < buffer.length; at += size) yield buffer.subarray(at, at + size);
}

/** Reads all rows of a file, and the error that ended it, if any. */
export async function readOrderFile(
  name: string,
  bytes: AsyncIterable<Uint8Array> | Uint8Array | string,
): Promise<{ format?: OrderFileFormat; gzipped?: boolean; rows: OrderFileRow[]; error?: unknown }> {
  const rows: OrderFileRow[] = [];
  try {
    const source = typeof bytes === 'string' || bytes instanceof Uint8Array ? inChunks(bytes) : bytes;
    const file = await openOrderFile(source, name);
    const { format, gzipped } = file;
    try {
      for await (const row of file.rows) rows.push(row);
    } catch (error) {
      return { format, gzipped, rows, error };
    }
    return { format, gzipped, rows };
  } catch (error) {
    return { rows, error };
  }
}

/** Summarizes rows: `1 Jane Doe` for an order, `2 not_json` or `2 missing price` for a bad row. */
export function inShort(rows: OrderFileRow[]): string[] {
  return rows.map((row) => {
    if ('order' in row) return `${row.line} ${row.order.customer_name}`;
    return `${row.line} ${row.errors.map(({ path, code }) => `${code} ${path}`.trim()).join(', ')}`;
  });
}
