import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes the stack outputs to `outputs.json`.
 *
 * @returns a function that removes the file
 */
export function writeOutputsFile(
  directory: string,
  outputs: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  return writeDiscoveryFile(join(directory, 'outputs.json'), `${JSON.stringify(outputs, null, 2)}\n`);
}

/**
 * Writes the environment of all functions, in which a name has one value, to `worker.env`. A worker beside the embedded
 * cloud needs it.
 *
 * @returns a function that removes the file
 */
export function writeSettingsFile(
  directory: string,
  functions: Iterable<{ environment: Readonly<Record<string, string>> }>,
): Promise<() => Promise<void>> {
  const settings = Object.assign({}, ...Array.from(functions, ({ environment }) => environment));
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  return writeDiscoveryFile(join(directory, 'worker.env'), lines.join(''));
}

/**
 * Writes a file by which programs in other terminals find the embedded cloud. Only this user may read it, and no program
 * sees a part of it.
 *
 * @returns a function that removes the file, unless another embedded cloud has written its own since
 */
async function writeDiscoveryFile(file: string, text: string): Promise<() => Promise<void>> {
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
  return async () => {
    const current = await readFile(file, 'utf8').catch(() => undefined);
    if (current === text) await rm(file);
  };
}
