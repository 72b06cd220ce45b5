import { readFile, rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file where other terminals find it, for this user only; never a part of it.
 *
 * @returns a function that takes the file away again, unless another embedded cloud has written its own since
 */
export async function writeFileForOthers(file: string, text: string): Promise<() => Promise<void>> {
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
  return async () => {
    const current = await readFile(file, 'utf8').catch(() => undefined);
    if (current === text) await rm(file);
  };
}
