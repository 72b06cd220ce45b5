import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = resolve(import.meta.dirname, '../..');

/** Folders that are not part of the project's sources. */
const LEFT_OUT = [
  '.git',
  ...readFileSync(join(PROJECT, '.gitignore'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('/'))
    .map((line) => line.slice(0, -1)),
];

/** The project's sources in a temporary folder, to be extended there; `node_modules` is the project's own. */
export interface ProjectCopy extends AsyncDisposable {
  folder: string;
  /** Imports a module of the copy, by its path from the project's root. */
  load<Module>(path: string): Promise<Module>;
  /**
   * Checks the types of the copy, tests included.
   *
   * @returns what the compiler reports; nothing where all is well
   */
  checkTypes(): Promise<string>;
}

/** Copies the project; disposing of the copy deletes it. */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-copy-'));
  await cp(PROJECT, folder, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) });
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

/** Runs the compiler, which writes what it finds to stdout. */
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
