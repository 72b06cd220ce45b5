import { mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, stop } from 'esbuild';
import type { FunctionProperties } from '../stack/stack-schema.ts';

const { functionOptions } = createRequire(import.meta.url)('../../esbuild.config.cjs') as {
  functionOptions: BuildOptions;
};

/** A function's code: the module to import, and the export in it that is the handler. */
export interface FunctionCode {
  file: string;
  exportName: string;
  /** The module that a thread of the function begins with: `environment-worker.ts`, or its bundle. */
  runtime: string;
}

export const RUNTIME = fileURLToPath(new URL('./environment-worker.ts', import.meta.url));
/** Folder of what functions share. */
const SHARED = 'shared';

/**
 * Bundles the functions with the options that they are bundled with for AWS, so that what runs here is what would run
 * there; but what several of them need, the SDK above all, is built and written once. The runtime is bundled along: a thread
 * that begins with JavaScript is there in half the time.
 *
 * @param directory that holds serverless.yml
 * @param outputDirectory for the bundles
 * @throws Error of esbuild, which names file and line
 */
export async function bundleFunctions(
  functions: ReadonlyMap<string, FunctionProperties>,
  directory: string,
  outputDirectory: string,
): Promise<Map<string, FunctionCode>> {
  const runtime = join(outputDirectory, 'runtime', 'environment-worker.mjs');
  const code = new Map<string, FunctionCode>();
  const entryPoints: Record<string, string> = { 'runtime/environment-worker': RUNTIME };
  for (const [name, { handler }] of functions) {
    const [path = '', exportName = ''] = handler.split('.');
    entryPoints[name] = join(directory, `${path}.ts`);
    code.set(name, { file: join(outputDirectory, `${name}.mjs`), exportName, runtime });
  }
  const { metafile } = await build({
    ...functionOptions,
    entryPoints,
    outdir: outputDirectory,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: `${SHARED}/[name]-[hash]`,
    metafile: true,
    sourcemap: 'linked',
    logLevel: 'silent',
  });
  // esbuild would keep a process of its own for the next build.
  await stop();
  const built = new Set(Object.keys(metafile.outputs).map((file) => resolve(file)));
  await removeOthers(join(outputDirectory, SHARED), built);
  return code;
}

/** Names in it follow from contents: each change of the code would leave files behind. */
async function removeOthers(folder: string, kept: ReadonlySet<string>): Promise<void> {
  // Functions that share nothing have none.
  await mkdir(folder, { recursive: true });
  const files = (await readdir(folder)).map((name) => join(folder, name));
  await Promise.all(files.filter((file) => !kept.has(file)).map((file) => rm(file)));
}
