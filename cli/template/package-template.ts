import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { runServerless } from '../../program/run-serverless.ts';
import type { Template } from './template.ts';

/** A resource may have no properties. */
const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
const template = z.looseObject({
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

const PROJECT = resolve(import.meta.dirname, '../..');
/** Name of the stack's template in the folder that Serverless packages to. */
const TEMPLATE_FILE = 'cloudformation-template-update-stack.json';

/** Options of `serverless package`. */
export interface PackageOptions {
  stage: string;
  /** Default: the region of serverless.yml. */
  region?: string | undefined;
  /** Stage parameters, such as `consumerConcurrency=7`. */
  params: readonly string[];
}

/**
 * Packages the service and reads the template that `serverless deploy` would deploy. Needs no AWS account.
 *
 * @throws Error with the message of Serverless if it fails.
 */
export async function packageTemplate({ stage, region, params }: PackageOptions): Promise<Template> {
  const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-package-'));
  try {
    const args = ['package', '--package', folder, '--stage', stage];
    if (region) args.push('--region', region);
    for (const param of params) args.push('--param', param);
    // serverless-esbuild leaves a folder for each function in the temporary directory.
    await runServerless(PROJECT, args, { TMPDIR: folder, ORDER_PIPELINE_TEMPLATE_ONLY: 'on' });
    return await readTemplate(join(folder, TEMPLATE_FILE));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** @throws Error if the file cannot be read, is not JSON or has no resources. */
export async function readTemplate(file: string): Promise<Template> {
  try {
    return template.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? `not a template: ${z.prettifyError(error)}` : (error as Error).message;
    throw new Error(`${file}: ${reason}`, { cause: error });
  }
}
