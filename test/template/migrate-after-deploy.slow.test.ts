import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runServerless } from '../run-serverless.ts';
import { type StubbedDeployment, startDeployStub } from './deploy-stub.ts';
import { stubEnvironment } from './stub-environment.ts';

describe('serverless deploy', { timeout: 120_000 }, () => {
  let packaged: string;
  beforeAll(async () => {
    packaged = await mkdtemp(join(tmpdir(), 'order-pipeline-packaged-'));
    await runServerless(['package', '--stage', 'test', '--package', packaged], {}, async () => undefined);
  }, 120_000);
  afterAll(() => rm(packaged, { recursive: true }));

  let deployment: StubbedDeployment;
  let stub: Awaited<ReturnType<typeof startDeployStub>>;
  beforeEach(async () => {
    const applied = [
      { part: 'shipping', from: 0, to: 4 },
      { part: 'sales', from: 1, to: 1 },
    ];
    deployment = { hasChanges: true, answer: { payload: { applied } }, done: [] };
    stub = await startDeployStub(deployment);
  });
  afterEach(() => stub.close());

  const deploy = (env: Record<string, string> = {}): Promise<string> =>
    runServerless(
      ['deploy', '--stage', 'test', '--package', packaged],
      { ...stubEnvironment(stub.url), ...env },
      async (_, { stderr }) => stderr,
    );

  it('migrates the databases after the stack, and prints their versions', async () => {
    const printed = await deploy();
    expect(deployment.done).toEqual(['ExecuteChangeSet', 'invoke order-pipeline-test-migrate']);
    expect(printed).toContain('Schema of shipping: from version 0 to 4');
    expect(printed).toContain('Schema of sales: version 1');
  });

  it('migrates the databases when nothing else has changed, so that a failed migration can be retried', async () => {
    deployment.hasChanges = false;
    await deploy();
    expect(deployment.done).toEqual(['invoke order-pipeline-test-migrate']);
  });

  it('waits for a migration longer than the client timeout of Serverless, and invokes it once', async () => {
    deployment.answer.afterMs = 5_000;
    expect(await deploy({ AWS_CLIENT_TIMEOUT: '3000' })).toContain('Schema of sales: version 1');
    expect(deployment.done).toEqual(['ExecuteChangeSet', 'invoke order-pipeline-test-migrate']);
  });

  it("fails with the function's error when the migration fails", async () => {
    const payload = { errorType: 'DatabaseError', errorMessage: '42601: syntax error at or near "TABEL"' };
    deployment.answer = { error: 'Unhandled', payload };
    await expect(deploy()).rejects.toThrow(
      /The stack is deployed.* not migrated\. Function migrate failed: DatabaseError: 42601: syntax error at or near "TABEL"/,
    );
  });
});
