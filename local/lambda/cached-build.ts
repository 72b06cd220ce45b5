import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildFunctions } from './build-functions.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
/** What decides how bundles are made besides the files in them: the last one changes with each package that npm changes. */
const SETTINGS = [
  'esbuild.config.cjs',
  'plugins/esbuild/leave-out-of-functions.cjs',
  'plugins/esbuild/require-node-modules.cjs',
  'tsconfig.json',
  'node_modules/.package-lock.json',
].map((path) => join(PROJECT, path));

/** When bundles that nobody has started with are removed, in ms: others may be running still. */
const UNUSED_MS = 7 * 24 * 3_600_000;
/** How coarse a file system's clock may be, in ms. */
const CLOCK_GRAIN_MS = 2_000;

/** What is known of the last build of some entry points. */
interface BuildRecord {
  inputs: string[];
  /** Of the inputs' contents. */
  hash: string;
  folder: string;
}

/**
 * Builds modules, as `buildFunctions` does, or finds them built from the same contents: reading 1,700 files takes 70 ms,
 * building them 2 s. Starts side by side may share a cache.
 *
 * @param entryPoints modules by the name, without extension, that each bundle is to have
 * @param cache folder of builds; made if it is not there
 * @returns the folder in it that holds the bundles
 * @throws Error of esbuild, which names file and line
 */
export async function cachedBuild(
  entryPoints: Readonly<Record<string, string>>,
  cache: string,
): Promise<string> {
  const recordFile = join(cache, `${sha256(JSON.stringify(entryPoints))}.json`);
  const known = await readRecord(recordFile);
  if (known && known.hash === hashOf(known.inputs) && (await touch(known.folder))) return known.folder;

  await removeUnused(cache);
  const start = Date.now();
  const folder = join(cache, randomUUID());
  await mkdir(folder, { recursive: true });
  try {
    const inputs = await buildFunctions(entryPoints, folder);
    // A file that was written meanwhile may be built as it was before: nobody knows what was built, so none may find it.
    if (isOlder([...inputs, ...SETTINGS], start - CLOCK_GRAIN_MS)) {
      const record: BuildRecord = { inputs, hash: hashOf(inputs), folder };
      await writeWhole(recordFile, JSON.stringify(record));
    }
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

async function readRecord(file: string): Promise<BuildRecord | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** One at a time: what waits for each file costs more than to read it. */
function hashOf(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of [...SETTINGS, ...inputs])
    hash.update(`${path}\0`).update(readIfThere(path)).update('\0');
  return hash.digest('hex');
}

function readIfThere(path: string): Buffer | string {
  try {
    return readFileSync(path);
  } catch {
    return 'not there';
  }
}

function isOlder(files: readonly string[], time: number): boolean {
  return files.every((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < time);
}

/** Says that a folder is in use; false where it is not there. */
async function touch(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(
    () => true,
    () => false,
  );
}

/** Whoever reads finds one whole text or the other. */
async function writeWhole(file: string, text: string): Promise<void> {
  const written = `${file}.${randomUUID()}`;
  await writeFile(written, text);
  await rename(written, file);
}

async function removeUnused(cache: string): Promise<void> {
  const names = await readdir(cache).catch(() => []);
  for (const path of names.map((name) => join(cache, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > UNUSED_MS) await rm(path, { recursive: true, force: true });
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
