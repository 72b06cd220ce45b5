import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = resolve(import.meta.dirname, '../..');

/** Folders that are not source code. */
const EXCLUDED = [
  '.git',
  ...readFileSync(join(PROJECT, '.gitignore'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('/'))
    .map((line) => line.slice(0, -1)),
];

/** A copy of the sources in a temporary folder, for changes. It shares the project's `node_modules`. */
export interface ProjectCopy extends AsyncDisposable {
  folder: string;
  /** Imports a module of the copy, by its path from the project's root. */
  load<Module>(path: string): Promise<Module>;
  /**
   * Checks the types of the copy, including tests.
   *
   * @returns The output of the compiler; empty if there are no errors.
   */
  checkTypes(): Promise<string>;
}

/** Copies the project. Disposing of the copy deletes it. */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-copy-'));
  await cp(PROJECT, folder, { recursive: true, filter: (path) => !EXCLUDED.includes(basename(path)) });
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    load: (path) => import(join(folder, path)),
    checkTypes: async () => {
      const projects = [[], ['-p', 'dashboard/page']].map((args) => compile(folder, args));
      return (await Promise.all(projects)).join('');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

/** Runs the compiler and returns its output. */
async function compile(folder: string, args: readonly string[]): Promise<string> {
  const tsc = join(folder, 'node_modules/.bin/tsc');
  try {
    const { stdout } = await promisify(execFile)(tsc, args, { cwd: folder });
    return stdout;
  } catch (error) {
    const { stdout } = error as { stdout?: string };
    if (stdout) return stdout;
    throw error;
  }
}
