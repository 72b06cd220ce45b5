import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const CACHES = resolve(import.meta.dirname, '../node_modules/.cache');

/** Milliseconds after which unused entries are removed. It is long because another embedded cloud may still use them. */
const UNUSED_MS = 7 * 24 * 3_600_000;

/**
 * Returns a directory for what a start need not make again: in `node_modules`, or in another directory if `node_modules` is
 * read-only. Concurrent starts share it.
 *
 * @param name Name of the directory.
 * @param elsewhere The other directory, such as the embedded cloud's own.
 */
export async function findCache(name: string, elsewhere: string): Promise<string> {
  const folder = join(CACHES, name);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return folder;
  } catch {
    const other = join(elsewhere, name);
    await mkdir(other, { recursive: true });
    return other;
  }
}

/** Marks an entry as used. Returns false if it does not exist. */
export async function touch(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

/** Removes the entries of a cache that no start has used for a week. */
export async function removeUnused(cache: string): Promise<void> {
  const names = await readdir(cache).catch(() => []);
  for (const path of names.map((name) => join(cache, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > UNUSED_MS) await rm(path, { recursive: true, force: true });
  }
}

/** Writes a file atomically: readers find the old text or the new one. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const written = `${file}.${randomUUID()}`;
  await writeFile(written, text);
  await rename(written, file);
}
