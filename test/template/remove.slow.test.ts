import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runServerless } from '../run-serverless.ts';
import { type StubbedStack, startAwsStub } from './aws-stub.ts';
import { stubEnvironment } from './stub-environment.ts';

const CURRENT = { versionId: 'null', isDeleteMarker: false };

const versionsOf = (count: number, versionId: string, isDeleteMarker = false) =>
  Array.from({ length: count }, (_, index) => ({ key: `orders ${index}.ndjson`, versionId, isDeleteMarker }));

describe('serverless remove', { timeout: 120_000 }, () => {
  let stack: StubbedStack;
  let stub: Awaited<ReturnType<typeof startAwsStub>>;

  beforeEach(async () => {
    stack = {
      bucketNames: {
        ServerlessDeploymentBucket: 'deployment',
        UploadBucket: 'uploads',
        ResultsBucket: 'results',
      },
      buckets: new Map([
        ['deployment', [{ key: 'serverless/order-pipeline/test/worker/1a.mjs', ...CURRENT }]],
        ['uploads', versionsOf(2_500, 'null')],
        ['results', [...versionsOf(3, 'v1'), ...versionsOf(3, 'v2', true)]],
      ]),
      policies: new Map(),
      isProtected: false,
      isDeleted: false,
    };
    stub = await startAwsStub(stack);
  });
  afterEach(() => stub.close());

  const remove = (): Promise<string> =>
    runServerless(['remove', '--stage', 'test'], stubEnvironment(stub.url), async (_, { stderr }) => stderr);

  it('deletes all object versions from the buckets, then deletes the stack', async () => {
    expect(await remove()).toContain('has been successfully removed');
    expect([...stack.buckets.values()]).toEqual([[], [], []]);
    expect(stack.isDeleted).toBe(true);
  });

  it('first denies writes to the buckets, since the functions still run', async () => {
    stack.busyBucket = 'results';
    expect(await remove()).toContain('has been successfully removed');
    expect([...stack.policies.keys()]).toEqual(['uploads', 'results']);
    expect(stack.policies.get('results')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'DenyWithoutTls',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::results', 'arn:aws:s3:::results/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          Sid: 'DenyOtherAccounts',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['arn:aws:s3:::results', 'arn:aws:s3:::results/*'],
          Condition: {
            StringNotEquals: { 'aws:PrincipalAccount': '123456789012' },
            BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
          },
        },
        {
          Sid: 'DenyWrites',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::results/*',
        },
      ],
    });
  });

  it('skips a bucket that was deleted by hand', async () => {
    stack.buckets.delete('uploads');
    expect(await remove()).toContain('has been successfully removed');
    expect(stack.isDeleted).toBe(true);
  });

  it('does not empty the buckets of a stack with deletion protection', async () => {
    stack.isProtected = true;
    await expect(remove()).rejects.toThrow('deletion protection is enabled');
    expect([...stack.policies]).toEqual([]);
    expect(stack.buckets.get('uploads')).toHaveLength(2_500);
    expect(stack.isDeleted).toBe(false);
  });
});
