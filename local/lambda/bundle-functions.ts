import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, stop } from 'esbuild';
import { removeUnused, touch, writeAtomically } from '../cache.ts';
import type { FunctionProperties } from '../stack/stack-schema.ts';

/** A function's code. */
export interface FunctionCode {
  /** Path of the module to import. */
  file: string;
  /** Name of the export that is the handler. */
  exportName: string;
  /** Entry module of the function's threads: `environment-worker.ts` or its bundle. */
  runtime: string;
}

export const RUNTIME = fileURLToPath(new URL('./environment-worker.ts', import.meta.url));
/** Name of the runtime's bundle. Its slash keeps it distinct from function names. */
const RUNTIME_NAME = 'runtime/environment-worker';

/**
 * Bundles the functions, or reuses the bundles that an earlier start made of the same code. The runtime is bundled as well,
 * because a thread starts twice as fast with JavaScript as with TypeScript.
 *
 * @param directory Directory of serverless.yml.
 * @param cache Directory of the cached bundles.
 * @throws Error of esbuild with file and line
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

/** Matches inputs that a plugin generates: their paths begin with a namespace. */
const MADE_BY_PLUGIN = /^[\w-]+:/;

/**
 * Bundles modules with the esbuild options of functions on AWS. Unlike there, code that several modules share, above
 * all the SDK, is written to shared chunks.
 *
 * @param entryPoints Paths of the modules by the name of their bundle, without extension.
 * @param folder Directory to which the bundles are written, as `NAME.mjs`.
 * @returns The absolute paths of all files that were bundled.
 * @throws Error of esbuild with file and line
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
  // esbuild otherwise keeps its child process for the next build.
  await stop();
  return Object.keys(metafile.inputs)
    .filter((path) => !MADE_BY_PLUGIN.test(path))
    .map((path) => resolve(path));
}

const PROJECT = resolve(import.meta.dirname, '../..');
/** Further files that bundles depend on. npm changes the last one with every package that it installs or removes. */
const SETTINGS = [
  'esbuild.config.cjs',
  'plugins/esbuild/leave-out-of-functions.cjs',
  'plugins/esbuild/require-node-modules.cjs',
  'tsconfig.json',
  'node_modules/.package-lock.json',
].map((path) => join(PROJECT, path));

/** Resolution of the coarsest file system timestamps, in milliseconds. */
const CLOCK_GRAIN_MS = 2_000;

/** The last build of a set of entry points. */
interface BuildRecord {
  inputs: string[];
  /** Hash of the inputs' contents. */
  hash: string;
  folder: string;
}

/**
 * Builds modules with `buildFunctions`, or returns an earlier build of the same contents. Hashing 1,700 files takes 70 ms,
 * building them 2 s. Concurrent starts may share a cache.
 *
 * @param entryPoints Paths of the modules by the name of their bundle, without extension.
 * @param cache Directory of the builds; it is created if it does not exist.
 * @returns The directory that contains the bundles.
 * @throws Error of esbuild with file and line
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
    // If a file was written during the build, the build may contain its old contents: it must not be reused.
    if (isOlder([...inputs, ...SETTINGS], start - CLOCK_GRAIN_MS)) {
      const record: BuildRecord = { inputs, hash: hashOf(inputs), folder };
      await writeAtomically(recordFile, JSON.stringify(record));
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

// Reads synchronously: awaiting each of 1,700 small files costs more than reading it.
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
    return 'missing';
  }
}

function isOlder(files: readonly string[], time: number): boolean {
  return files.every((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < time);
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
