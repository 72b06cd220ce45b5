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
  /** Environment of the copy's programs, with a directory of its own for the embedded cloud. */
  environment: NodeJS.ProcessEnv;
  /**
   * Runs a program of the copy, or one that a package brings, such as `knip/bin/knip.js`.
   *
   * @param expected The exit status that the program must have. Default: 0.
   * @returns What it printed to stdout.
   * @throws Error with its output if it has another exit status
   */
  run(program: string, args: readonly string[], expected?: number): Promise<string>;
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
  const environment = {
    ...process.env,
    ORDER_PIPELINE_LOCAL_DIR: join(folder, '.local'),
    ORDER_PIPELINE_TEMPLATE_ONLY: 'on',
  };
  return {
    folder,
    environment,
    run: (program, args, expected = 0) => runProgram(folder, environment, program, args, expected),
    load: (path) => import(join(folder, path)),
    checkTypes: async () => {
      const projects = [[], ['-p', 'dashboard/page']].map((args) => compile(folder, args));
      return (await Promise.all(projects)).join('');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function runProgram(
  cwd: string,
  env: NodeJS.ProcessEnv,
  program: string,
  args: readonly string[],
  expected: number,
): Promise<string> {
  const file = program.endsWith('.ts') ? program : join('node_modules', program);
  const options = { cwd, env, maxBuffer: 64 * 1_048_576 };
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, [file, ...args], options).then(
    (output) => ({ ...output, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  if (code !== expected)
    throw new Error(
      `${program} ${args.join(' ')}: exit status must be ${expected}, was ${code}\n${stdout}${stderr}`,
    );
  return stdout;
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
