import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, stop } from 'esbuild';
import type { FunctionProperties } from '../stack/stack-schema.ts';

const { bundleOptions } = createRequire(import.meta.url)('../../esbuild.config.cjs') as {
  bundleOptions: BuildOptions;
};

/** A function's code: the module to import, and the export in it that is the handler. */
export interface FunctionCode {
  file: string;
  exportName: string;
}

/**
 * Bundles the functions as they are bundled for AWS, so that what runs here is what would run there.
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
  const code = new Map<string, FunctionCode>();
  const entryPoints: Record<string, string> = {};
  for (const [name, { handler }] of functions) {
    const [path = '', exportName = ''] = handler.split('.');
    entryPoints[name] = join(directory, `${path}.ts`);
    code.set(name, { file: join(outputDirectory, `${name}.mjs`), exportName });
  }
  await build({
    ...bundleOptions,
    entryPoints,
    outdir: outputDirectory,
    outExtension: { '.js': '.mjs' },
    sourcemap: 'linked',
    logLevel: 'silent',
  });
  // esbuild would keep a process of its own for the next build.
  await stop();
  return code;
}
