import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { startProcess } from '../../harness/start-process.ts';
import type { Task, Usage } from './contender.ts';
import type { ContenderCalls } from './contender-process.ts';
import type { Settings } from './services-process.ts';

const { bundleOptions } = createRequire(import.meta.url)('../../esbuild.config.cjs') as {
  bundleOptions: BuildOptions;
};

const BENCH = resolve(import.meta.dirname, '..');
const OUTPUT = resolve(BENCH, '../.bench/bundles');
let bundling: Promise<unknown> | undefined;

/**
 * Bundles all contenders as functions are bundled for AWS. Run from TypeScript, each would first have to strip types, which takes
 * 60 MB of memory.
 *
 * @returns A function that returns the path of a module's bundle.
 */
async function bundleContenders(): Promise<(module: URL) => string> {
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

/** A prepared contender in its own process. */
export interface StartedContender extends AsyncDisposable {
  begin(): Promise<void>;
  usage(): Promise<Usage>;
  done(): Promise<Usage>;
  /** Stops it and waits for batches in flight. */
  stop(): Promise<void>;
}

/**
 * Starts a contender in a separate process and prepares it.
 *
 * @param module URL of the contender's module.
 * @param flags Node flags.
 */
export async function startContender(
  module: URL,
  settings: Settings,
  task: Task,
  flags: readonly string[] = [],
): Promise<StartedContender> {
  const bundleOf = await bundleContenders();
  const process = new URL('contender-process.ts', import.meta.url);
  const { call, end } = startProcess<ContenderCalls>(bundleOf(process), {
    environment: settings,
    flags,
  });
  try {
    await call('prepare', bundleOf(module), task);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    begin: () => call('begin'),
    usage: () => call('usage'),
    done: () => call('done'),
    stop: () => call('stop'),
    [Symbol.asyncDispose]: end,
  };
}
