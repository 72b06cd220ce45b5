import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const { bundleOptions } = createRequire(import.meta.url)('../../esbuild.config.cjs') as {
  bundleOptions: BuildOptions;
};

const BENCH = resolve(import.meta.dirname, '..');
const OUTPUT = resolve(BENCH, '../.bench/bundles');
let bundling: Promise<unknown> | undefined;

/**
 * Bundles contenders, ours and peers alike, as functions are bundled for AWS: run from its sources, each would begin with
 * taking the types out, and with the 60 MB that this takes.
 *
 * @returns a function that finds a module's bundle
 */
export async function bundleContenders(): Promise<(module: URL) => string> {
  bundling ??= build({
    ...bundleOptions,
    entryPoints: globSync(['{produce,confirm,ingest}/*.ts', 'processes/contender-process.ts'], {
      cwd: BENCH,
    }).map((path) => join(BENCH, path)),
    outbase: BENCH,
    outdir: OUTPUT,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    logLevel: 'error',
  });
  await bundling;
  return (module) => join(OUTPUT, relative(BENCH, fileURLToPath(module)).replace(/\.ts$/, '.mjs'));
}
