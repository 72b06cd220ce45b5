import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import {
  access,
  constants,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, stop } from 'esbuild';
import type { FunctionProperties } from '../stack/stack-schema.ts';

/** A function's code: the module to import, and the export in it that is the handler. */
export interface FunctionCode {
  file: string;
  exportName: string;
  /** The module that a thread of the function begins with: `environment-worker.ts`, or its bundle. */
  runtime: string;
}

export const RUNTIME = fileURLToPath(new URL('./environment-worker.ts', import.meta.url));
/** Name of the runtime's bundle; no function's, since it holds a slash. */
const RUNTIME_NAME = 'runtime/environment-worker';

/**
 * Bundles the functions, or takes what an earlier start has made of the same code. The runtime is bundled along: a thread that
 * begins with JavaScript is there in half the time.
 *
 * @param directory that holds serverless.yml
 * @param cache folder of bundles
 * @throws Error of esbuild, which names file and line
 */
export async function bundleFunctions(
  functions: ReadonlyMap<string, FunctionProperties>,
  directory: string,
  cache: string,
): Promise<Map<string, FunctionCode>> {
  const entryPoints: Record<string, string> = { [RUNTIME_NAME]: RUNTIME };
  for (const [name, { handler }] of functions) {
    const [path = ''] = handler.split('.');
    entryPoints[name] = join(directory, `${path}.ts`);
  }
  const folder = await cachedBuild(entryPoints, cache);
  const runtime = join(folder, `${RUNTIME_NAME}.mjs`);
  return new Map(
    [...functions].map(([name, { handler }]) => {
      const [, exportName = ''] = handler.split('.');
      return [name, { file: join(folder, `${name}.mjs`), exportName, runtime }];
    }),
  );
}

const { functionOptions } = createRequire(import.meta.url)('../../esbuild.config.cjs') as {
  functionOptions: BuildOptions;
};

/** An input of a plugin's making, which has a namespace where others have a folder. */
const MADE_BY_PLUGIN = /^[\w-]+:/;

/**
 * Bundles modules with the options that functions are bundled with for AWS, so that what runs here is what would run there; but
 * what several of them need, the SDK above all, is built and written once.
 *
 * @param entryPoints modules by the name, without extension, that each bundle is to have
 * @param folder gets the bundles, `NAME.mjs`
 * @returns every file that went into them, by its absolute path
 * @throws Error of esbuild, which names file and line
 */
export async function buildFunctions(
  entryPoints: Readonly<Record<string, string>>,
  folder: string,
): Promise<string[]> {
  const { metafile } = await build({
    ...functionOptions,
    entryPoints: { ...entryPoints },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: join('shared', '[name]-[hash]'),
    metafile: true,
    sourcemap: 'linked',
    logLevel: 'silent',
  });
  // esbuild would keep a process of its own for the next build.
  await stop();
  return Object.keys(metafile.inputs)
    .filter((path) => !MADE_BY_PLUGIN.test(path))
    .map((path) => resolve(path));
}

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

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/functions');

/**
 * Where the functions' bundles are kept from one start to the next: gone with `node_modules`, or, where packages cannot be written
 * beside, in the folder of this embedded cloud.
 */
export async function findBundleCache(localDirectory: string): Promise<string> {
  try {
    await mkdir(CACHE, { recursive: true });
    await access(CACHE, constants.W_OK);
    return CACHE;
  } catch {
    return join(localDirectory, 'functions');
  }
}
