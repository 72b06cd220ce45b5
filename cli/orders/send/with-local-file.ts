import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileSize } from '../open-local-file.ts';
import type { LocalFile } from './check-order-file.ts';

/**
 * Works on a file; `-` is what comes in by stdin, which is kept in a file of its own until then, because it is read twice.
 *
 * @param signal ends the wait for stdin
 */
export async function withLocalFile<Result>(
  path: string,
  signal: AbortSignal,
  work: (file: LocalFile) => Promise<Result>,
): Promise<Result> {
  if (path !== '-') return work({ path, name: basename(path), size: await fileSize(path) });
  const directory = await mkdtemp(join(tmpdir(), 'orders-'));
  try {
    const kept = join(directory, 'stdin');
    // Its rows are customers' data.
    await pipeline(process.stdin, createWriteStream(kept, { mode: 0o600 }), { signal });
    return await work({ path: kept, name: 'stdin', size: await fileSize(kept) });
  } finally {
    await rm(directory, { recursive: true });
  }
}
