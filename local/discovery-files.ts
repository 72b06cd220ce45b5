import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes the stack outputs to `outputs.json`.
 *
 * @returns A function that removes the file.
 */
export function writeOutputsFile(
  directory: string,
  outputs: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  return writeDiscoveryFile(join(directory, 'outputs.json'), `${JSON.stringify(outputs, null, 2)}\n`);
}

/**
 * Writes the merged environment of all functions to `worker.env`, for workers that run beside the embedded cloud. A
 * variable has the same value in all functions.
 *
 * @returns A function that removes the file.
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
 * Writes a file by which other programs find the embedded cloud. Only its owner may read it. The write is atomic.
 *
 * @returns A function that removes the file, unless another embedded cloud has replaced it.
 */
async function writeDiscoveryFile(file: string, text: string): Promise<() => Promise<void>> {
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
  return async () => {
    const current = await readFile(file, 'utf8').catch(() => undefined);
    if (current === text) await rm(file);
  };
}
