import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import type { Template } from '../cli/template/template.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const SERVERLESS = join(PROJECT, 'node_modules/serverless/bin/serverless.js');

/**
 * Whether the functions' own code is packaged, or in its place some that does nothing. No template depends on it, and
 * bundling eleven functions takes most of the time.
 */
type Code = 'real' | 'stub';

/** A copy of what is deployed, so that tests neither disturb nor meet the output of anyone's own `serverless` run. */
async function copyService(code: Code): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-template-'));
  const copied = [
    'events',
    'serverless.yml',
    'topology.ts',
    'esbuild.config.cjs',
    'package.json',
    'resources',
    'plugins',
    'handlers',
    'lib',
    'local',
    'operations',
    'program',
    'runtime',
    'worker',
  ];
  await Promise.all(copied.map((name) => cp(join(PROJECT, name), join(folder, name), { recursive: true })));
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  if (code === 'stub') {
    const handlers = (await readdir(join(folder, 'handlers'))).map((name) => join('handlers', name));
    for (const entry of [...handlers, 'worker/main.ts']) await writeFile(join(folder, entry), STUB);
  }
  return folder;
}

const STUB = 'export const handler = async () => undefined;\n';

/**
 * Runs the real `serverless` command on a copy of the service, and removes the copy.
 *
 * @param args command line, such as `['package', '--stage', 'test']`
 * @param env added to this process's own environment
 * @param inspect reads what is wanted from the copy and the output, before the copy goes
 * @param code of the functions
 * @throws Error with everything that the command printed, where it fails
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
      env: { ...process.env, ...env },
    }).catch((error) => {
      // Serverless prints why it failed on stdout, which the error's own message leaves out.
      throw new Error(`serverless ${args.join(' ')}: ${error.stderr}${error.stdout}`, { cause: error });
    });
    return await inspect(folder, output);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What `serverless package` makes of the service. */
export interface PackagedStack {
  template: Template;
  /** Size of each function's zip: of its real code on stage `test` where no parameter is set. */
  zipBytes: Record<string, number>;
  /** SHA-256 of the workers' code, in hex; instances only have one. */
  bundleHash?: string;
}

/**
 * Packages the service, or takes what another file of this test run has packaged with the same words.
 *
 * @param params stage parameters, such as `consumerConcurrency=7`
 */
export async function packageStack(stage: string, ...params: string[]): Promise<PackagedStack> {
  const key = createHash('sha256')
    .update(JSON.stringify([stage, params]))
    .digest('hex');
  const cached = join(inject('packageCache'), `${key}.json`);
  try {
    return JSON.parse(await readFile(cached, 'utf8'));
  } catch {
    const packaged = await packageAnew(stage, params);
    // Two files may do so at once: each reader finds a whole file.
    const written = `${cached}.${process.pid}`;
    await writeFile(written, JSON.stringify(packaged));
    await rename(written, cached);
    return packaged;
  }
}

async function packageAnew(stage: string, params: readonly string[]): Promise<PackagedStack> {
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
