import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runServerless } from '../run-serverless.ts';
import { type StubbedDeployment, startDeployStub } from './deploy-stub.ts';
import { stubEnvironment } from './stub-environment.ts';

describe('serverless invoke', { timeout: 120_000 }, () => {
  let deployment: StubbedDeployment;
  let stub: Awaited<ReturnType<typeof startDeployStub>>;
  beforeEach(async () => {
    deployment = { hasChanges: false, answer: { payload: { sent: 5_000 }, afterMs: 5_000 }, done: [] };
    stub = await startDeployStub(deployment);
  });
  afterEach(() => stub.close());

  it('waits longer than the client timeout of Serverless, and invokes the function once', async () => {
    const printed = await runServerless(
      ['invoke', '--stage', 'test', '--function', 'producer', '--data', '{"count":5000}'],
      { ...stubEnvironment(stub.url), AWS_CLIENT_TIMEOUT: '3000' },
      async (_, { stdout }) => stdout,
    );
    expect(JSON.parse(printed)).toEqual({ sent: 5_000 });
    expect(deployment.done).toEqual(['invoke order-pipeline-test-producer']);
  });
});
