import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../local/aws-services/aws-error.ts';
import { openMemoryStorage, openStorage } from '../../../local/aws-services/storage.ts';
import type { Access } from '../../../local/iam/access.ts';
import { createS3Service } from '../../../local/s3/handle-s3.ts';
import { openS3 } from '../../../local/s3/open-s3.ts';
import { ACCOUNT_ID, arn } from '../../../local/stack/account.ts';
import { clientOptions } from '../client-of-service.ts';
import { createTestDirectory } from '../create-test-directory.ts';
import { sendTo } from '../s3/create-test-s3.ts';
import {
  accessWith,
  denied,
  notAllowed,
  ROLE_KEY,
  ROOT_KEY,
  resourcePolicy,
  SESSION_ARN,
  signedWith,
  type TestStatement,
} from './test-access.ts';

const Bucket = 'uploads';
const BUCKET_ARN = arn('s3', Bucket);
const ANY_OBJECT = `${BUCKET_ARN}/*`;
const object = (key: string) => `${BUCKET_ARN}/${key}`;
const TOPIC = arn('sns', 'order-files');

/** Opens S3 with the bucket `uploads` with the object `a.csv`, and with the bucket `results`. */
async function open(access: Access, options: Options = {}) {
  const { storage = openMemoryStorage() } = options;
  const published: string[] = [];
  const topics = {
    publish({ message }: { message: string }, bucketArn: string) {
      if (options.refusal) throw options.refusal;
      published.push(`${bucketArn} ${message}`);
    },
    hasTopic: () => true,
  };
  const s3 = openS3(storage, topics, { access });
  const service = createS3Service(s3);
  const clientOf = (accessKeyId: string) =>
    new S3Client({ ...clientOptions(service), ...signedWith(accessKeyId), forcePathStyle: true });
  const root = clientOf(ROOT_KEY);
  for (const name of [Bucket, 'results']) await root.send(new CreateBucketCommand({ Bucket: name }));
  await root.send(new PutObjectCommand({ Bucket, Key: 'a.csv', Body: 'content', Tagging: 'team=sales' }));

  /** @param target Method, path and query. */
  async function send(target: string, headers: Record<string, string> = {}, body = '') {
    const { status, code } = await sendTo(service, target, { headers, body });
    return { status, code };
  }

  return { s3, client: clientOf(ROLE_KEY), root, clientOf, send, published };
}

interface Options {
  storage?: ReturnType<typeof openMemoryStorage>;
  /** Error of the topic, which may be set later. */
  refusal?: Error;
}

const openWith = (...rights: TestStatement[]) => open(accessWith(...rights));

const deniedBy = (action: string, resource: string) => ({
  name: 'AccessDenied',
  message: notAllowed(action, resource),
  $metadata: { httpStatusCode: 403 },
});

const MAY_READ = { Action: 's3:GetObject', Resource: ANY_OBJECT };
const MAY_WRITE = { Action: 's3:PutObject', Resource: ANY_OBJECT };
const MAY_LIST = { Action: 's3:ListBucket', Resource: BUCKET_ARN };

test('a role without the right is denied with the code of S3 and the message of IAM, and nothing happens', async () => {
  const { client, s3 } = await openWith(MAY_READ);
  await expect(client.send(new PutObjectCommand({ Bucket, Key: 'b.csv', Body: 'b' }))).rejects.toMatchObject(
    deniedBy('s3:PutObject', object('b.csv')),
  );
  expect([...s3.store.getBucket(Bucket).objects.keys()]).toEqual(['a.csv']);
});

describe('a missing object', () => {
  const get = new GetObjectCommand({ Bucket, Key: 'missing.csv' });
  const head = new HeadObjectCommand({ Bucket, Key: 'missing.csv' });

  test('is not found by a role that may list the bucket', async () => {
    const { client } = await openWith(MAY_READ, MAY_LIST);
    await expect(client.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(client.send(head)).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  test('is denied to a role that may only read', async () => {
    const { client } = await openWith(MAY_READ);
    await client.send(new GetObjectCommand({ Bucket, Key: 'a.csv' }));
    await expect(client.send(get)).rejects.toMatchObject(deniedBy('s3:ListBucket', BUCKET_ARN));
    await expect(client.send(head)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  test('counts as a listing of its key', async () => {
    const Condition = { StringLike: { 's3:prefix': '*.receipt.json' } };
    const { client } = await openWith(MAY_READ, { ...MAY_LIST, Condition });
    await expect(client.send(get)).rejects.toMatchObject({ name: 'AccessDenied' });
    const receipt = new GetObjectCommand({ Bucket, Key: 'a.csv.receipt.json' });
    await expect(client.send(receipt)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

test('a HEAD needs the right to read the object, and its attributes need one more', async () => {
  const { client } = await openWith(MAY_READ);
  await client.send(new HeadObjectCommand({ Bucket, Key: 'a.csv' }));
  const attributes = new GetObjectAttributesCommand({ Bucket, Key: 'a.csv', ObjectAttributes: ['ETag'] });
  await expect(client.send(attributes)).rejects.toMatchObject(
    deniedBy('s3:GetObjectAttributes', object('a.csv')),
  );
});

describe('a listing', () => {
  test('has the condition key of its prefix', async () => {
    const Condition = { StringLike: { 's3:prefix': ['*.parts/*'] } };
    const { client } = await openWith({ ...MAY_LIST, Condition });
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a.csv.parts/1' }));
    for (const Prefix of ['a.csv', undefined]) {
      await expect(client.send(new ListObjectsV2Command({ Bucket, Prefix }))).rejects.toMatchObject(
        deniedBy('s3:ListBucket', BUCKET_ARN),
      );
    }
  });

  test('of all buckets needs a right on none', async () => {
    const { client } = await openWith({ Action: 's3:ListBucket', Resource: '*' });
    await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject(
      deniedBy('s3:ListAllMyBuckets', '*'),
    );
    await (await openWith({ Action: 's3:ListAllMyBuckets', Resource: '*' })).client.send(
      new ListBucketsCommand({}),
    );
  });
});

describe('a copy', () => {
  const RESULTS = `${arn('s3', 'results')}/*`;
  const copy = new CopyObjectCommand({ Bucket: 'results', Key: 'b.csv', CopySource: `${Bucket}/a.csv` });
  const untagged = new CopyObjectCommand({ ...copy.input, TaggingDirective: 'REPLACE' });

  test.each([
    ['s3:GetObject', object('a.csv'), [{ Action: 's3:PutObject', Resource: RESULTS }]],
    ['s3:PutObject', `${arn('s3', 'results')}/b.csv`, [MAY_READ]],
  ])('needs %s on %s', async (action, resource, rights) => {
    const { client } = await openWith(...rights);
    await expect(client.send(untagged)).rejects.toMatchObject(deniedBy(action, resource));
  });

  test('needs rights on tags only if it has tags', async () => {
    const rights = [MAY_READ, { Action: 's3:PutObject', Resource: RESULTS }];
    const { client } = await openWith(...rights);
    await client.send(untagged);
    await expect(client.send(copy)).rejects.toMatchObject(deniedBy('s3:GetObjectTagging', object('a.csv')));
    const mayReadTags = { Action: 's3:GetObjectTagging', Resource: ANY_OBJECT };
    await expect((await openWith(...rights, mayReadTags)).client.send(copy)).rejects.toMatchObject(
      deniedBy('s3:PutObjectTagging', `${arn('s3', 'results')}/b.csv`),
    );
  });

  test('of a missing object is denied to a role that may not list its bucket', async () => {
    const { client } = await openWith(MAY_READ, { Action: 's3:PutObject', Resource: RESULTS });
    const missing = new CopyObjectCommand({ ...copy.input, CopySource: `${Bucket}/missing` });
    await expect(client.send(missing)).rejects.toMatchObject(deniedBy('s3:ListBucket', BUCKET_ARN));
  });
});

test('a new object with tags needs the right to tag it', async () => {
  const { client } = await openWith(MAY_WRITE);
  const put = { Bucket, Key: 'b.csv', Body: 'b' };
  await client.send(new PutObjectCommand(put));
  await expect(client.send(new PutObjectCommand({ ...put, Tagging: 'team=sales' }))).rejects.toMatchObject(
    deniedBy('s3:PutObjectTagging', object('b.csv')),
  );
  await expect(client.send(new GetObjectTaggingCommand({ Bucket, Key: 'a.csv' }))).rejects.toMatchObject(
    deniedBy('s3:GetObjectTagging', object('a.csv')),
  );
});

test('a multipart upload needs s3:PutObject, and rights of their own to list its parts and to abort it', async () => {
  const { client } = await openWith(MAY_WRITE);
  const upload = { Bucket, Key: 'large.csv' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
  const { ETag } = await client.send(
    new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'part' }),
  );
  await expect(client.send(new ListPartsCommand({ ...upload, UploadId }))).rejects.toMatchObject(
    deniedBy('s3:ListMultipartUploadParts', object('large.csv')),
  );
  await expect(client.send(new AbortMultipartUploadCommand({ ...upload, UploadId }))).rejects.toMatchObject(
    deniedBy('s3:AbortMultipartUpload', object('large.csv')),
  );
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
  const { client: reader } = await openWith(MAY_READ);
  await expect(reader.send(new CreateMultipartUploadCommand(upload))).rejects.toMatchObject(
    deniedBy('s3:PutObject', object('large.csv')),
  );
});

test('DeleteObjects denies each object by itself', async () => {
  const { client, root, s3 } = await openWith({ Action: 's3:DeleteObject', Resource: object('tmp/*') });
  await root.send(new PutObjectCommand({ Bucket, Key: 'tmp/b', Body: 'b' }));
  const Delete = { Objects: [{ Key: 'a.csv' }, { Key: 'tmp/b' }] };
  const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
  expect(Deleted).toEqual([{ Key: 'tmp/b' }]);
  expect(Errors).toEqual([
    { Key: 'a.csv', Code: 'AccessDenied', Message: notAllowed('s3:DeleteObject', object('a.csv')) },
  ]);
  expect([...s3.store.getBucket(Bucket).objects.keys()]).toEqual(['a.csv']);
});

describe('credentials', () => {
  test('with an unknown access key are refused', async () => {
    const { clientOf } = await openWith();
    await expect(
      clientOf('AKIAUNKNOWN').send(new GetObjectCommand({ Bucket, Key: 'a.csv' })),
    ).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test.each([
    'GET /uploads/a.csv',
    'GET /uploads',
    'GET /',
    'PUT /uploads/b.csv',
    'PUT /new',
    'POST /uploads/a.csv?uploads',
    'POST /uploads?delete',
  ])('are required for %s', async (target) => {
    const { send, s3 } = await openWith();
    expect(await send(target, { 'content-type': 'multipart/form-data; boundary=b' })).toEqual({
      status: 403,
      code: 'AccessDenied',
    });
    expect([s3.store.buckets.size, s3.store.getBucket(Bucket).uploads.size]).toEqual([2, 0]);
  });

  test.each([
    ['version 4', `X-Amz-Credential=${ROLE_KEY}%2F20261201%2Fus-east-1%2Fs3%2Faws4_request`],
    ['version 2', `AWSAccessKeyId=${ROLE_KEY}&Signature=a&Expires=9999999999`],
  ])('of a presigned URL are those of its signer: %s', async (_name, query) => {
    const { send } = await openWith(MAY_READ);
    expect(await send(`GET /uploads/a.csv?${query}`)).toEqual({ status: 200 });
    expect(await send(`PUT /uploads/a.csv?${query}`)).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('of version 2 are read from the header, too', async () => {
    const { send } = await openWith(MAY_READ);
    expect(await send('GET /uploads/a.csv', { authorization: `AWS ${ROLE_KEY}:c2lnbmF0dXJl` })).toEqual({
      status: 200,
    });
  });
});

describe('a form', () => {
  const CREDENTIAL = `${ROLE_KEY}/20261201/us-east-1/s3/aws4_request`;
  const post = async (rights: TestStatement[], fields: Record<string, string>) => {
    const part = (name: string, value: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const parts = Object.entries({ key: 'posted.csv', ...fields }).map(([name, value]) => part(name, value));
    const body = `${parts.join('')}${part('file"; filename="f.csv', 'content')}--b--\r\n`;
    const { send, s3 } = await openWith(...rights);
    const answer = await send('POST /uploads', { 'content-type': 'multipart/form-data; boundary=b' }, body);
    return { ...answer, isStored: s3.store.getBucket(Bucket).objects.has('posted.csv') };
  };

  test.each(['X-Amz-Credential', 'AWSAccessKeyId'])(
    'is posted by the credential in it: %s',
    async (field) => {
      const fields = { [field]: field === 'AWSAccessKeyId' ? ROLE_KEY : CREDENTIAL };
      expect(await post([MAY_WRITE], fields)).toEqual({ status: 204, isStored: true });
      expect(await post([MAY_READ], fields)).toEqual({ status: 403, code: 'AccessDenied', isStored: false });
    },
  );

  test('needs a credential that exists', async () => {
    expect(await post([MAY_WRITE], {})).toEqual({ status: 403, code: 'AccessDenied', isStored: false });
    expect(await post([MAY_WRITE], { 'x-amz-credential': 'AKIAUNKNOWN/20261201' })).toEqual({
      status: 403,
      code: 'InvalidAccessKeyId',
      isStored: false,
    });
  });

  test('with tags needs the right to tag the object', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>';
    expect(await post([MAY_WRITE], { 'x-amz-credential': CREDENTIAL, tagging })).toMatchObject({
      status: 403,
    });
    const mayTag = { Action: 's3:PutObjectTagging', Resource: ANY_OBJECT };
    expect(await post([MAY_WRITE, mayTag], { 'x-amz-credential': CREDENTIAL, tagging })).toMatchObject({
      status: 204,
    });
  });
});

describe('a bucket policy', () => {
  const denyReads = resourcePolicy({ Effect: 'Deny', Principal: '*', ...MAY_READ });

  test('can deny what the role may do, until it is deleted', async () => {
    const { client, root } = await openWith(MAY_READ);
    const get = () => client.send(new GetObjectCommand({ Bucket, Key: 'a.csv' }));
    await root.send(new PutBucketPolicyCommand({ Bucket, Policy: denyReads }));
    await expect(get()).rejects.toMatchObject({ message: denied('s3:GetObject', object('a.csv')) });
    await root.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect((await get()).ETag).toBeDefined();
  });

  test('can allow what the role may not do', async () => {
    const { client, root } = await openWith();
    const Policy = resourcePolicy({ Principal: { AWS: SESSION_ARN }, ...MAY_READ });
    await root.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await client.send(new GetObjectCommand({ Bucket, Key: 'a.csv' }))).ETag).toBeDefined();
  });

  test('is returned as it was set, survives a restart, and is not public', async () => {
    const directory = await createTestDirectory();
    const storage = openStorage(directory);
    const { root } = await open(accessWith(), { storage });
    await expect(root.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NoSuchBucketPolicy',
    });
    await root.send(new PutBucketPolicyCommand({ Bucket, Policy: denyReads }));
    storage.close();

    const restarted = openStorage(directory);
    const again = await open(accessWith(), { storage: restarted });
    expect((await again.root.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(denyReads);
    const { PolicyStatus } = await again.root.send(new GetBucketPolicyStatusCommand({ Bucket }));
    expect(PolicyStatus).toEqual({ IsPublic: false });
    await again.root.send(new DeleteBucketPolicyCommand({ Bucket }));
    restarted.close();

    const last = openStorage(directory);
    const { s3 } = await open(accessWith(), { storage: last });
    expect(s3.store.getBucket(Bucket).policy).toBeUndefined();
    last.close();
  });

  test('that denies everything to everyone can be corrected by the root user', async () => {
    const { root } = await openWith();
    const Policy = resourcePolicy({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [BUCKET_ARN, ANY_OBJECT],
    });
    await root.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await expect(root.send(new GetObjectCommand({ Bucket, Key: 'a.csv' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await root.send(new DeleteBucketPolicyCommand({ Bucket }));
    await root.send(new GetObjectCommand({ Bucket, Key: 'a.csv' }));
  });

  test.each([
    ['text', 'not JSON', "Policies must be valid JSON and the first byte must be '{'"],
    ['a list', '[]', "Policies must be valid JSON and the first byte must be '{'"],
    [
      'an unknown action',
      resourcePolicy({ Principal: '*', Action: 's3:Read', Resource: ANY_OBJECT }),
      's3:Read',
    ],
    ['too much', JSON.stringify({ Id: 'a'.repeat(20_480) }), 'maximum allowed document size'],
  ])('is malformed with %s', async (_name, Policy, message) => {
    const { root, s3 } = await openWith();
    await expect(root.send(new PutBucketPolicyCommand({ Bucket, Policy }))).rejects.toMatchObject({
      name: 'MalformedPolicy',
      message: expect.stringContaining(message),
    });
    expect(s3.store.getBucket(Bucket).policy).toBeUndefined();
  });

  test.each([
    ['everyone', '*', true],
    ['every account', { AWS: ['*'] }, true],
    ['the account', { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` }, false],
  ])('that allows %s to read is public and refused: %#', async (_name, Principal, isPublic) => {
    const { root } = await openWith();
    const put = root.send(
      new PutBucketPolicyCommand({ Bucket, Policy: resourcePolicy({ Principal, ...MAY_READ }) }),
    );
    if (isPublic)
      await expect(put).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining('BlockPublicPolicy'),
      });
    else await put;
  });
});

describe('a notification', () => {
  const configuration = {
    Bucket,
    NotificationConfiguration: {
      TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectCreated:*' as const] }],
    },
  };

  test('is published by S3 for the bucket', async () => {
    const { root, published } = await openWith();
    await root.send(new PutBucketNotificationConfigurationCommand(configuration));
    expect(published).toEqual([expect.stringMatching(/^arn:aws:s3:::uploads .*s3:TestEvent/)]);
  });

  test.each(['AuthorizationError', 'KMSAccessDenied'])(
    'cannot be configured if the topic refuses its test event with %s',
    async (code) => {
      const { root, s3 } = await open(accessWith(), { refusal: new AwsError(code, 'denied', 403) });
      await expect(
        root.send(new PutBucketNotificationConfigurationCommand(configuration)),
      ).rejects.toMatchObject({
        name: 'InvalidArgument',
        message: 'Unable to validate the following destination configurations',
        ArgumentName: TOPIC,
        ArgumentValue:
          'Permissions on the destination topic do not allow S3 to publish notifications from this bucket',
      });
      expect(s3.notifications.get(Bucket)).toEqual([]);
    },
  );

  test('that the topic refuses later is lost, and the object is stored', async () => {
    const topic: Options = {};
    const { root, s3, published } = await open(accessWith(), topic);
    await root.send(new PutBucketNotificationConfigurationCommand(configuration));
    topic.refusal = new AwsError('AuthorizationError', 'denied', 403);
    await root.send(new PutObjectCommand({ Bucket, Key: 'b.csv', Body: 'b' }));
    expect(s3.store.getBucket(Bucket).objects.has('b.csv')).toBe(true);
    expect(published).toHaveLength(1);
  });
});
