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
 * Writes the environment of a function to `FUNCTION.env`, for workers that run it beside the embedded cloud.
 *
 * @param environment With credentials for workers.
 * @returns A function that removes the file.
 */
export function writeSettingsFile(
  directory: string,
  functionName: string,
  environment: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  return writeDiscoveryFile(join(directory, `${functionName}.env`), lines.join(''));
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
