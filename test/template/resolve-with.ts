import { resolve } from 'node:path';
import { resolveServerlessYml } from '../../local/stack/resolve-serverless-yml.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

/**
 * Resolves serverless.yml as every `serverless` command does first, without the rest of it: enough to see a parameter
 * refused, in a fraction of the time.
 *
 * @param params stage parameters, such as `consumerConcurrency=7`
 */
export async function resolveWith(...params: string[]): Promise<unknown> {
  const named = params.map((param) => param.split(/=(.*)/s).slice(0, 2));
  return resolveServerlessYml(PROJECT, 'test', Object.fromEntries(named), {});
}
