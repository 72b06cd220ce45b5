import { UnreadableFileError } from './unreadable-file-error.ts';

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The first bytes of a file without its byte order mark.
 *
 * @throws UnreadableFileError `not_utf8` for UTF-16: it begins with a byte order mark of its own, or has a zero byte in its
 *   first letter, which is ASCII in every format here.
 */
export function textOfHead(bytes: Buffer, name: string): Buffer {
  const head = bytes.subarray(0, 3).equals(UTF8_BOM) ? bytes.subarray(3) : bytes;
  const [first, second] = head;
  if (
    first === 0 ||
    second === 0 ||
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff)
  ) {
    const shown = head.subarray(0, 4).toString('hex');
    throw new UnreadableFileError(
      'not_utf8',
      `${name}:1: must be UTF-8, received UTF-16 (begins with bytes ${shown})`,
    );
  }
  return head;
}
