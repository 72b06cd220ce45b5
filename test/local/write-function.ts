import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUNTIME } from '../../local/lambda/bundle-functions.ts';
import type { LambdaFunction } from '../../local/lambda/execution-environment.ts';
import { createTestDirectory } from './create-test-directory.ts';

/**
 * Writes the source of a function to a directory that is removed after the test.
 *
 * @param source Source of an ES module that exports `handler`.
 */
export async function writeFunction(
  source: string,
  properties: Partial<LambdaFunction> = {},
): Promise<LambdaFunction> {
  const file = join(await createTestDirectory(), 'function.mjs');
  await writeFile(file, source);
  const code = { file, exportName: 'handler', runtime: RUNTIME };
  return { name: 'greet', code, timeout: 20, memorySize: 128, environment: {}, ...properties };
}
