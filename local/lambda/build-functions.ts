import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, stop } from 'esbuild';

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
