import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableFileError } from './unreadable-file-error.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * Decompresses a gzip file of one or more members.
 *
 * @throws UnreadableFileError `bad_gzip` if it is corrupt or truncated. Errors of the source are thrown unchanged.
 */
export async function* gunzip(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  // The callback is empty because the loop below throws every error.
  const unpacked = pipeline(chunks, createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  try {
    yield* unpacked;
  } catch (error) {
    if (!isZlibError(error)) throw error;
    const message = `${name}: must be valid gzip data, received data that fails with: ${error.message}`;
    throw new UnreadableFileError('bad_gzip', message, { cause: error });
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

/** Returns whether a file begins with gzip's magic number: RFC 1952, section 2.3.1. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}
