import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from './template.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const SERVERLESS = join(PROJECT, 'node_modules/serverless/bin/serverless.js');
/** What Serverless calls the template of the whole stack, in the folder that it packages to. */
const TEMPLATE_FILE = 'cloudformation-template-update-stack.json';

/** Which stack is meant, in the words of `serverless`. */
export interface PackageOptions {
  stage: string;
  /** Left out, it is serverless.yml's own. */
  region?: string | undefined;
  /** Stage parameters, such as `consumerConcurrency=7`. */
  params: readonly string[];
}

/**
 * Packages the service and reads the template that `serverless deploy` would deploy. Needs no AWS account.
 *
 * @throws Error with what Serverless says, where it refuses
 */
export async function packageTemplate({ stage, region, params }: PackageOptions): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-package-'));
  try {
    const args = ['package', '--package', folder, '--stage', stage];
    if (region) args.push('--region', region);
    for (const param of params) args.push('--param', param);
    await promisify(execFile)(process.execPath, [SERVERLESS, ...args], { cwd: PROJECT }).catch((error) => {
      // Serverless prints why it failed on stdout, which the error's own message leaves out.
      throw new Error(`serverless ${args.join(' ')}: ${error.stderr}${error.stdout}`, { cause: error });
    });
    return await readTemplate(join(folder, TEMPLATE_FILE));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @throws Error where there is no such file, or it is not JSON */
export const readTemplate = async (file: string): Promise<Template> =>
  JSON.parse(await readFile(file, 'utf8'));
