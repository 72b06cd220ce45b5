import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** @param file as on the command line: npm runs its scripts in the project's folder, wherever it was called */
export async function writePlot(file: string, svg: string): Promise<void> {
  const place = resolve(process.env.INIT_CWD ?? '.', file);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, svg);
}
