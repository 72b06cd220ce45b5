import { createRequire } from 'node:module';
import { afterEach, expect, test, vi } from 'vitest';

const esbuildOptions = createRequire(import.meta.url)('../../esbuild.config.cjs') as (serverless: {
  processedInput: { commands: string[] };
}) => { plugins: { name: string }[] };

const omitsCode = (...commands: string[]) =>
  esbuildOptions({ processedInput: { commands } }).plugins.some(({ name }) => name === 'omit-code');

afterEach(() => {
  vi.unstubAllEnvs();
});

test('serverless package bundles the code unless only the template is wanted, and deploy always does', () => {
  expect(omitsCode('package')).toBe(false);
  vi.stubEnv('ORDER_PIPELINE_TEMPLATE_ONLY', 'on');
  expect(omitsCode('package')).toBe(true);
  for (const commands of [['deploy'], ['deploy', 'function'], ['invoke', 'local']])
    expect(omitsCode(...commands)).toBe(false);
});
