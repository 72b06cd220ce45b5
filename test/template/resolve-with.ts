import { resolve } from 'node:path';
import { resolveServerlessYml } from './resolve-serverless-yml.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

/**
 * Resolves serverless.yml, the first step of every `serverless` command. This is enough to test that parameters are rejected,
 * and much faster than packaging.
 *
 * @param params Stage parameters, such as `consumerConcurrency=7`.
 */
export async function resolveWith(...params: string[]): Promise<unknown> {
  const named = params.map((param) => param.split(/=(.*)/s).slice(0, 2));
  return resolveServerlessYml(PROJECT, 'test', Object.fromEntries(named), {});
}
