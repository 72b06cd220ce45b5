import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runServerless } from '../run-serverless.ts';
import { type StubbedDeployment, startDeployStub } from './deploy-stub.ts';

describe('serverless invoke', { timeout: 120_000 }, () => {
  let deployment: StubbedDeployment;
  let stub: Awaited<ReturnType<typeof startDeployStub>>;
  beforeEach(async () => {
    deployment = { hasChanges: false, answer: { payload: { sent: 5_000 }, afterMs: 5_000 }, done: [] };
    stub = await startDeployStub(deployment);
  });
  afterEach(() => stub.close());

  it('waits for a run that is silent for longer than Serverless waits, and starts it once', async () => {
    const printed = await runServerless(
      ['invoke', '--stage', 'test', '--function', 'producer', '--data', '{"count":5000}'],
      {
        AWS_ENDPOINT_URL: stub.url,
        // A profile of the user's would win over these keys.
        AWS_PROFILE: '',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_CLIENT_TIMEOUT: '3000',
      },
      async (_, { stdout }) => stdout,
    );
    expect(JSON.parse(printed)).toEqual({ sent: 5_000 });
    expect(deployment.done).toEqual(['invoke order-pipeline-test-producer']);
  });
});
