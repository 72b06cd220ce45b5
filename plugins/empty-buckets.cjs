const {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  S3Client,
} = require('@aws-sdk/client-s3');
const { ensureStackIsNotDeletionProtected } = require('serverless/lib/plugins/aws/remove/lib/stack.js');

/**
 * Empties the stack's buckets before `serverless remove` deletes them: CloudFormation refuses to delete a bucket that
 * holds anything. Unfinished multipart uploads do not count.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
 */
module.exports = class EmptyBuckets {
  /**
   * @param {import('serverless')} serverless
   * @param {object} _options of the command line
   * @param {{ progress: { create(options: { message: string }): { update(message: string): void, remove(): void } } }} writers
   */
  constructor(serverless, _options, { progress }) {
    this.hooks = {
      'before:remove:remove': async () => {
        const provider = serverless.getProvider('aws');
        // Serverless looks at this only after the hook, when the objects of a stack that stays would be gone.
        await ensureStackIsNotDeletionProtected.call({ provider });

        const account = await provider.getAccountInfo();
        const s3 = new S3Client(await provider.getAwsSdkV3Config());
        const task = progress.create({ message: 'Emptying buckets' });
        try {
          for (const bucket of await listBuckets(provider)) {
            try {
              await closeBucket(s3, bucket, account);
              await emptyBucket(s3, bucket, (deleted) =>
                task.update(`Emptying ${bucket} (${deleted} deleted)`),
              );
            } catch (error) {
              // Somebody deleted it by hand.
              if (error.name !== 'NoSuchBucket') throw error;
            }
          }
        } finally {
          task.remove();
          s3.destroy();
        }
      },
    };
  }
};

/** Names of the stack's own buckets; Serverless empties the one it deploys from itself. */
async function listBuckets(provider) {
  const resources = await provider.getStackResources().catch((error) => {
    // A stack that is already gone, or never was, has no buckets; `remove` itself says so.
    if (error.name === 'ValidationError' && error.message.includes('does not exist')) return [];
    throw error;
  });
  return resources
    .filter((resource) => resource.ResourceType === 'AWS::S3::Bucket' && resource.PhysicalResourceId)
    .filter((resource) => resource.LogicalResourceId !== provider.naming.getDeploymentBucketLogicalId())
    .map((resource) => resource.PhysicalResourceId);
}

/**
 * Denies writing to everyone. The functions still run: an order file or a receipt of theirs that came after the bucket
 * was emptied would make its deletion fail. This takes the place of the policy that the bucket was deployed with, so it
 * says again what that said. CloudFormation deletes it after the functions, which depend on it in serverless.yml.
 */
async function closeBucket(s3, bucket, { accountId, partition }) {
  const arn = `arn:${partition}:s3:::${bucket}`;
  const deny = { Effect: 'Deny', Principal: '*' };
  const Statement = [
    {
      Sid: 'DenyWithoutTls',
      ...deny,
      Action: 's3:*',
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'DenyOtherAccounts',
      ...deny,
      Action: 's3:*',
      Resource: [arn, `${arn}/*`],
      Condition: {
        StringNotEquals: { 'aws:PrincipalAccount': accountId },
        BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
      },
    },
    { Sid: 'DenyWrites', ...deny, Action: 's3:PutObject', Resource: `${arn}/*` },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

/** Deletes every version of every object; versions are listed even where versioning is off, with the id "null". */
async function emptyBucket(s3, bucket, report) {
  for (let deleted = 0; ; report(deleted)) {
    // What was listed is deleted, so the first page is always the next one. A page holds at most 1,000 versions, which
    // is also what one request may delete.
    const { Versions = [], DeleteMarkers = [] } = await s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket }),
    );
    const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (objects.length === 0) return;
    const { Errors: failures = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    );
    if (failures.length > 0) {
      const [{ Key, Code, Message }] = failures;
      throw new Error(
        `bucket ${bucket}: ${failures.length} objects not deleted, first ${Key}: ${Code} ${Message}`,
      );
    }
    deleted += objects.length;
  }
}
