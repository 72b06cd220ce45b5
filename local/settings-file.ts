import { join } from 'node:path';
import { writeFileForOthers } from './file-for-others.ts';

/**
 * Writes the environment of all functions, in which a name has one value, to `worker.env`: what a worker beside the
 * embedded cloud needs.
 *
 * @returns a function that takes the file away again
 */
export function writeSettingsFile(
  directory: string,
  functions: Iterable<{ environment: Readonly<Record<string, string>> }>,
): Promise<() => Promise<void>> {
  const settings = Object.assign({}, ...Array.from(functions, ({ environment }) => environment));
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  return writeFileForOthers(join(directory, 'worker.env'), lines.join(''));
}
