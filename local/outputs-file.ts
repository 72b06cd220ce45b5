import { join } from 'node:path';
import { writeFileForOthers } from './file-for-others.ts';

/**
 * Writes the stack outputs to `outputs.json`.
 *
 * @returns a function that takes the file away again
 */
export function writeOutputsFile(
  directory: string,
  outputs: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  return writeFileForOthers(join(directory, 'outputs.json'), `${JSON.stringify(outputs, null, 2)}\n`);
}
