import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { Template } from '../cli/template/template.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const SERVERLESS = join(PROJECT, 'node_modules/serverless/bin/serverless.js');

/**
 * The code of the packaged functions. Templates do not depend on it, and bundling the real code of eleven functions
 * takes most of the time.
 */
type Code = 'real' | 'stub';

/** Files, and folders with entry points of functions and workers or with code that finds them by its own place. */
const COPIED = [
  'esbuild.config.cjs',
  'handlers',
  'package.json',
  'plugins',
  'serverless.yml',
  'topology.ts',
  'worker',
];
const LINKED = ['events', 'lib', 'local', 'node_modules', 'operations', 'program', 'resources', 'runtime'];

/** Creates a folder with the service, so that tests do not share their output with a developer's `serverless` run. */
async function copyService(code: Code): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-template-'));
  await Promise.all([
    ...COPIED.map((name) => cp(join(PROJECT, name), join(folder, name), { recursive: true })),
    ...LINKED.map((name) => symlink(join(PROJECT, name), join(folder, name))),
  ]);
  if (code === 'stub') {
    const handlers = (await readdir(join(folder, 'handlers'))).map((name) => join('handlers', name));
    for (const entry of [...handlers, 'worker/main.ts']) await writeFile(join(folder, entry), STUB);
  }
  return folder;
}

const STUB = 'export const handler = async () => undefined;\n';

/**
 * Runs the real `serverless` command in a copy of the service, and removes the copy.
 *
 * @param args Arguments, such as `['package', '--stage', 'test']`.
 * @param env Variables to add to this process's environment.
 * @param inspect Reads the result from the copy and the output, before the copy is removed.
 * @param code Code of the functions. Default: a stub.
 * @throws Error with the whole output if the command fails
 */
export async function runServerless<Result>(
  args: string[],
  env: Record<string, string>,
  inspect: (folder: string, output: { stdout: string; stderr: string }) => Promise<Result>,
  code: Code = 'stub',
): Promise<Result> {
  const folder = await copyService(code);
  try {
    const output = await promisify(execFile)(process.execPath, [SERVERLESS, ...args], {
      cwd: folder,
      // serverless-esbuild leaves a folder for each function in the temporary directory.
      env: { ...process.env, TMPDIR: folder, ...env },
    }).catch((error) => {
      // Serverless prints the reason on stdout, which execFile's error message does not contain.
      throw new Error(`serverless ${args.join(' ')}: ${error.stderr}${error.stdout}`, { cause: error });
    });
    return await inspect(folder, output);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The output of `serverless package`. */
export interface PackagedStack {
  template: Template;
  /** Size of each function's zip file. The code is real only for stage `test` without parameters. */
  zipBytes: Record<string, number>;
  /** SHA-256 of the workers' bundle in hex, with fleet `ec2` only. */
  bundleHash?: string;
}

/**
 * Packages the service, or returns the result of another test file of this run with the same arguments.
 *
 * @param params Stage parameters, such as `consumerConcurrency=7`.
 */
export async function packageStack(stage: string, ...params: string[]): Promise<PackagedStack> {
  const key = createHash('sha256')
    .update(JSON.stringify([stage, params]))
    .digest('hex');
  const cached = join(inject('packageCache'), `${key}.json`);
  const lock = `${cached}.lock`;
  for (;;) {
    const packaged = await readFile(cached, 'utf8').catch(() => undefined);
    if (packaged) return JSON.parse(packaged);
    if (await takeLock(lock)) break;
    await sleep(100);
  }
  try {
    const packaged = await packageService(stage, params);
    // The file gets its name when it is complete, so that a reader never finds half a file.
    await writeFile(`${cached}.part`, JSON.stringify(packaged));
    await rename(`${cached}.part`, cached);
    return packaged;
  } finally {
    await rmdir(lock);
  }
}

/** Creates the folder that makes other test files wait. Returns false if another one has created it. */
async function takeLock(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function packageService(stage: string, params: readonly string[]): Promise<PackagedStack> {
  const args = ['package', '--stage', stage, ...params.map((param) => `--param=${param}`)];
  const inspect = async (folder: string): Promise<PackagedStack> => {
    const output = join(folder, '.serverless');
    const template: Template = JSON.parse(
      await readFile(join(output, 'cloudformation-template-update-stack.json'), 'utf8'),
    );
    const zips = (await readdir(output)).filter((name) => name.endsWith('.zip'));
    const sizes = zips.map(async (name) => [name.replace('.zip', ''), (await stat(join(output, name))).size]);
    const bundle = await readFile(join(output, 'order-worker.mjs')).catch(() => undefined);
    return {
      template,
      zipBytes: Object.fromEntries(await Promise.all(sizes)),
      ...(bundle && { bundleHash: createHash('sha256').update(bundle).digest('hex') }),
    };
  };
  const code = stage === 'test' && params.length === 0 ? 'real' : 'stub';
  return await runServerless(args, { ORDER_PIPELINE_LOCAL_DIR: './.local' }, inspect, code);
}
