import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import * as http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
const { bundleOptions, functionOptions } = createRequire(import.meta.url)('../../esbuild.config.cjs') as {
  bundleOptions: BuildOptions;
  functionOptions: BuildOptions;
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-pipeline-bundles-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function bundle(name: string, contents: string, options = functionOptions) {
  const outfile = join(folder, `${name}.mjs`);
  const { metafile } = await build({
    ...options,
    stdin: { contents, resolveDir: PROJECT },
    outfile,
    metafile: true,
  });
  return { outfile, inputs: Object.keys(metafile.inputs).join('\n') };
}

describe('a function bundle', () => {
  it("provides Node's built-in modules for every kind of import and require", async () => {
    const { outfile } = await bundle(
      'own-modules',
      `import { Agent } from 'node:http';
       import byDefault from 'http';
       import * as whole from 'node:http';
       import { readFile } from 'node:fs/promises';
       const later = async () => (await import('node:http')).Agent;
       export { Agent, byDefault, whole, readFile, later };
       export const required = require('http');`,
    );
    const code = await import(outfile);
    expect(code.Agent).toBe(http.Agent);
    expect(code.byDefault.Agent).toBe(http.Agent);
    expect(code.whole.Agent).toBe(http.Agent);
    expect(code.required.Agent).toBe(http.Agent);
    expect(await code.later()).toBe(http.Agent);
    expect(await code.readFile(import.meta.filename, 'utf8')).toContain('has Node');
  });

  it('does not load fetch when it creates an SDK client', async () => {
    const { outfile } = await bundle(
      'client',
      `import { SQSClient } from '@aws-sdk/client-sqs';
       new SQSClient({});
       console.log(process.moduleLoadList.filter((name) => /undici|_http_agent/.test(name)).join());`,
    );
    const env = { AWS_REGION: 'us-east-1' };
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { env });
    expect(stdout.trim()).toBe('NativeModule _http_agent');
  });

  const SDK_USER = `export { SQSClient } from '@aws-sdk/client-sqs';
    export const load = () => import('@aws-sdk/credential-provider-ini');`;

  it('excludes the credential providers that look outside the environment', async () => {
    const { outfile, inputs } = await bundle('left-out', SDK_USER);
    expect(inputs).toContain('@aws-sdk/credential-provider-env');
    expect(inputs).not.toContain('node_modules/@aws-sdk/credential-provider-ini');
    await expect((await import(outfile)).load()).rejects.toThrow(
      '@aws-sdk/credential-provider-ini: excluded from function bundles, which read credentials from the environment only',
    );
  });

  it('keeps all credential providers in the bundle of a worker, which may use those of its host', async () => {
    const { outfile } = await bundle('worker', SDK_USER, bundleOptions);
    expect(await (await import(outfile)).load()).toHaveProperty('fromIni');
  });
});
