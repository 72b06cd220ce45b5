import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionProperties } from '../stack/stack-schema.ts';
import { cachedBuild } from './cached-build.ts';

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
