import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readTemplate } from '../../cli/template/package-template.ts';
import { runServerless } from '../run-serverless.ts';
import { type StubbedDeployment, startDeployStub } from './deploy-stub.ts';
import { stubEnvironment } from './stub-environment.ts';
import { userDataOf } from './user-data.ts';

describe('serverless deploy with a fleet of instances', { timeout: 120_000 }, () => {
  let packaged: string;
  let key: unknown;
  beforeAll(async () => {
    packaged = await mkdtemp(join(tmpdir(), 'order-pipeline-packaged-'));
    const args = ['package', '--stage', 'test', '--param=fleet=ec2', '--package', packaged];
    await runServerless(args, {}, async () => undefined);
    const template = await readTemplate(join(packaged, 'cloudformation-template-update-stack.json'));
    key = userDataOf(template)[1].BundleKey;
  }, 120_000);
  afterAll(() => rm(packaged, { recursive: true }));

  let deployment: StubbedDeployment;
  let stub: Awaited<ReturnType<typeof startDeployStub>>;
  beforeEach(async () => {
    deployment = { hasChanges: true, answer: { payload: { applied: [] } }, done: [] };
    stub = await startDeployStub(deployment);
  });
  afterEach(() => stub.close());

  it('uploads the worker bundle to the key that instances download, before the stack changes', async () => {
    await runServerless(
      ['deploy', '--stage', 'test', '--package', packaged],
      stubEnvironment(stub.url),
      async () => undefined,
    );
    expect(deployment.done).toEqual([
      `upload ${key}`,
      'ExecuteChangeSet',
      'invoke order-pipeline-test-migrate',
    ]);
  });
});
