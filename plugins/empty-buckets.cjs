const {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  S3Client,
} = require('@aws-sdk/client-s3');
const { ensureStackIsNotDeletionProtected } = require('serverless/lib/plugins/aws/remove/lib/stack.js');

/**
 * Empties the stack's buckets before `serverless remove` deletes the stack. CloudFormation refuses to delete a bucket that holds
 * objects. Unfinished multipart uploads do not count.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
 */
module.exports = class EmptyBuckets {
  /**
   * @param {import('serverless')} serverless
   * @param {object} _options Options of the command line.
   * @param {{ progress: { create(options: { message: string }): { update(message: string): void, remove(): void } } }} writers
   */
  constructor(serverless, _options, { progress }) {
    this.hooks = {
      'before:remove:remove': async () => {
        const provider = serverless.getProvider('aws');
        // Serverless checks this only after the hook, when the objects would already be deleted.
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
              // The bucket was deleted by hand.
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

/** Returns the names of the stack's buckets, without the deployment bucket, which Serverless empties itself. */
async function listBuckets(provider) {
  const resources = await provider.getStackResources().catch((error) => {
    // A stack that does not exist has no buckets; `remove` reports it.
    if (error.name === 'ValidationError' && error.message.includes('does not exist')) return [];
    throw error;
  });
  return resources
    .filter((resource) => resource.ResourceType === 'AWS::S3::Bucket' && resource.PhysicalResourceId)
    .filter((resource) => resource.LogicalResourceId !== provider.naming.getDeploymentBucketLogicalId())
    .map((resource) => resource.PhysicalResourceId);
}

/**
 * Denies all writes to a bucket. The functions still run, and an object that they write after the bucket was emptied would make
 * its deletion fail. This policy replaces the deployed policy and repeats its statements. CloudFormation deletes the policy
 * after the functions, which depend on it in serverless.yml.
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

/** Deletes every version of every object. Without versioning, each object is listed as one version with the id "null". */
async function emptyBucket(s3, bucket, report) {
  for (let deleted = 0; ; report(deleted)) {
    // Listed versions are deleted, so the next page is always the first one. A page has at most 1,000 versions, the most that
    // one request may delete.
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
        `bucket ${bucket}: ${failures.length} objects could not be deleted; the first is ${Key}: ${Code} ${Message}`,
      );
    }
    deleted += objects.length;
  }
}
