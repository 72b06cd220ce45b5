import { readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/**
 * Matches references to other files of the service: `${file(resources/sales.yml)}`, `./plugins/check-stage.cjs`, `'./order.ts'`
 * after `from` or `require(`, and `definitions: 'resources/sales.yml'` of a row in topology.ts.
 */
const REFERENCE =
  /file\(([\w./-]+)|(?:- |config: |definitions: ['"])([\w./-]+\.\w+)|(?:from |require\(|import\()['"](\.[\w./-]+)/g;

/** Matches names of environment variables that serverless.yml reads. */
const VARIABLE = /\$\{env:(\w+)/g;

/** The files and variables that a packaged stack depends on, besides packages and parameters. */
export interface Sources {
  /** Contents of the files by path, relative to the directory of serverless.yml. */
  files: Map<string, Buffer>;
  /** Names of the environment variables that these files read. */
  variables: string[];
}

/**
 * Lists serverless.yml and all files that it refers to, directly or through others. A comment that looks like a reference adds a
 * file too many, which does no harm. The code of functions and workers is left out: templates do not depend on it.
 *
 * @param directory Directory of serverless.yml.
 */
export function listSources(directory: string): Sources {
  const files = new Map<string, Buffer>();
  const variables = new Set<string>();
  const follow = (path: string): void => {
    if (files.has(path) || /^(\.\.|node_modules|handlers|lib|worker)\//.test(path)) return;
    const full = join(directory, path);
    if (!statSync(full, { throwIfNoEntry: false })?.isFile()) return;
    const content = readFileSync(full);
    files.set(path, content);
    const text = content.toString();
    for (const [, name = ''] of text.matchAll(VARIABLE)) variables.add(name);
    for (const [, ...found] of text.matchAll(REFERENCE)) {
      const reference = found.find((each) => each !== undefined) ?? '';
      // Serverless resolves paths from its own directory, modules from theirs.
      for (const base of new Set(['', dirname(path)])) follow(normalize(join(base, reference)));
      // `require` may leave out the extension.
      follow(normalize(join(dirname(path), `${reference}.cjs`)));
    }
  };
  follow('serverless.yml');
  return { files, variables: [...variables].sort() };
}
