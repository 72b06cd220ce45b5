import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = resolve(import.meta.dirname, '../../..');
const COPIED = [
  'cli',
  'esbuild.config.cjs',
  'handlers',
  'lib',
  'package.json',
  'operations',
  'plugins',
  'program',
  'resources',
  'runtime',
  'topology.ts',
  'worker',
];

export interface CostCommand {
  run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }>;
  /** Writes a file to the folder of the copy and returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Copies the project, so that `cli/cost.ts` does not package in the same folder as other tests. */
export async function copyCostCommand(): Promise<CostCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-cost-'));
  await Promise.all(
    [...COPIED, 'serverless.yml'].map((name) =>
      cp(join(PROJECT, name), join(folder, name), { recursive: true }),
    ),
  );
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return {
    async run(...args) {
      const env = { ...process.env, ORDER_PIPELINE_LOCAL_DIR: './.local' };
      try {
        const command = promisify(execFile)(process.execPath, ['cli/cost.ts', ...args], { cwd: folder, env });
        return { status: 0, ...(await command) };
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { status: code, stdout, stderr };
      }
    },
    async write(name, text) {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
