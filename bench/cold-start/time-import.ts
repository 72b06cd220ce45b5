import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { promisify } from 'node:util';
import type { Bundle } from './bundle-pair.ts';

/** What an import took in a process of its own: wall clock, and processor time of all its threads. */
export interface ImportTime {
  importMs: number;
  cpuMs: number;
}

/** In JavaScript: to run TypeScript, Node would first load what strips its types. */
const MEASURE = `
  const [file, exportName] = process.argv.slice(1);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { [exportName]: handler } = await import(file);
  const importMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ importMs, cpuMs: (user + system) / 1_000, handler: typeof handler }));
  process.exit();
`;

/**
 * Imports a bundle in a fresh process, without a compile cache, as a new execution environment does.
 *
 * @param environment of the function; nothing of this process's own gets in
 * @throws Error where it cannot be imported, or does not export a handler
 */
export async function timeImport(
  { file, exportName }: Bundle,
  environment: Readonly<Record<string, string>>,
): Promise<ImportTime> {
  const args = ['--input-type=module', '--eval', MEASURE, file, exportName];
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    ...environment,
  };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const { handler, ...time } = JSON.parse(stdout) as ImportTime & { handler: string };
  if (handler !== 'function')
    throw new Error(`${file}: ${exportName} must be a function, received ${handler}`);
  return time;
}
