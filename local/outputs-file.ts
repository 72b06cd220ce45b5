import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes the stack outputs to `outputs.json`, where other terminals find them; never a part of them.
 *
 * @returns a function that takes the file away again, unless another embedded cloud has written its own since
 */
export async function writeOutputsFile(
  directory: string,
  outputs: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  const file = join(directory, 'outputs.json');
  const text = `${JSON.stringify(outputs, null, 2)}\n`;
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
  return async () => {
    const current = await readFile(file, 'utf8').catch(() => undefined);
    if (current === text) await rm(file);
  };
}
