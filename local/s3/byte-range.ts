import { S3Error } from './s3-error.ts';

/** A range of bytes; `end` is exclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Parses the header `Range` for a body of `size` bytes.
 *
 * @returns Undefined for the whole body. Like S3, also answers several ranges and invalid ones with the whole body.
 * @throws S3Error `InvalidRange` for a range that begins after the body
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    if (Number(last) === 0) throw invalidRange(header, size);
    // An empty body has no last bytes, so all of it is returned.
    return size === 0 ? undefined : { start: Math.max(0, size - Number(last)), end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw invalidRange(header, size);
  return { start, end };
}

const invalidRange = (requested: string | undefined, size: number) =>
  new S3Error('InvalidRange', 'The requested range is not satisfiable', 416, {
    RangeRequested: requested ?? '',
    ActualObjectSize: String(size),
  });

/** Formats the header `Content-Range`. */
export const contentRange = ({ start, end }: ByteRange, size: number) => `bytes ${start}-${end - 1}/${size}`;
