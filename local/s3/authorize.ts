import { ACTIONS, MISSING_OBJECT, needsOf, type S3Resource, TAGGED } from '../iam/actions.ts';
import type { Caller } from '../iam/caller.ts';
import { arn } from '../stack/account.ts';
import { parseCopySource, tagsOfCopy } from './copy-object.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import type { Bucket } from './store.ts';

/** S3's errors for credentials that do not exist. */
export const credentialErrors = {
  missing: () => new S3Error('AccessDenied', 'Access Denied', 403),
  unknown: () =>
    new S3Error(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      403,
    ),
};

/** A request before its body is read. */
type Unread = Pick<S3Request, 's3' | 'query' | 'headers' | 'bucket' | 'key'>;

/**
 * Checks that a caller may call an operation on a bucket or an object. What a body names is checked when it has been read.
 *
 * @param route Method and selecting parameter of the operation.
 * @throws S3Error `AccessDenied`, or that of an invalid copy source
 */
export function authorize(caller: Caller, route: string, request: Unread): void {
  const { headers, key } = request;
  const isCopy = headers['x-amz-copy-source'] !== undefined && (route === 'PUT' || route === 'PUT uploadId');
  const operation = isCopy ? `${route} copy` : route;
  const needs = key === '' ? needsOf(ACTIONS.s3Bucket, route) : needsOf(ACTIONS.s3Object, operation);
  for (const { action, on } of needs) CHECKS[on](caller, action, request);
  if (key === '') return;
  if (operation === 'PUT copy') checkCopiedTags(caller, request);
  else if (CREATING.has(route) && headers['x-amz-tagging']) {
    checkObject(caller, TAGGED.object, request.bucket, key);
  }
}

/** Operations that set the tags of their `x-amz-tagging`. */
const CREATING = new Set(['PUT', 'POST uploads']);

/** Checks an action on all buckets, or on one that does not exist. @throws S3Error `AccessDenied` */
export function checkAccount(caller: Caller, operation: string, bucketName?: string): void {
  const resource = bucketName === undefined ? '*' : arn('s3', bucketName);
  for (const { action } of needsOf(ACTIONS.s3Bucket, operation)) check(caller, action, resource, undefined);
}

/** Checks an operation on an object that its body names. @throws S3Error `AccessDenied` */
export function checkInBody(caller: Caller, route: string, bucket: Bucket, key: string): void {
  for (const { action } of needsOf(ACTIONS.s3Bucket, route)) checkObject(caller, action, bucket, key);
}

/** Checks an action on an object, which need not exist. @throws S3Error `AccessDenied` */
export function checkObject(caller: Caller, action: string, bucket: Bucket, key: string): void {
  check(caller, action, arn('s3', `${bucket.name}/${key}`), bucket);
}

const nothing = () => undefined;

const CHECKS: Record<S3Resource, (caller: Caller, action: string, request: Unread) => void> = {
  all: (caller, action) => check(caller, action, '*', undefined),
  bucket: (caller, action, { bucket }) => check(caller, action, arn('s3', bucket.name), bucket),
  listing: (caller, action, { bucket, query }) =>
    check(caller, action, arn('s3', bucket.name), bucket, listingContext(query)),
  object: (caller, action, { bucket, key }) => checkObject(caller, action, bucket, key),
  read: (caller, action, { bucket, key }) => checkRead(caller, action, bucket, key),
  source(caller, action, { s3, headers }) {
    const { bucketName, key } = parseCopySource(headers['x-amz-copy-source'] ?? '');
    checkRead(caller, action, s3.store.getBucket(bucketName), key);
  },
  each: nothing,
  form: nothing,
};

function checkRead(caller: Caller, action: string, bucket: Bucket, key: string): void {
  checkObject(caller, action, bucket, key);
  // The key counts as the prefix of a list, which AWS does not document: https://github.com/ceph/ceph/pull/68577
  if (!bucket.objects.has(key))
    check(caller, MISSING_OBJECT, arn('s3', bucket.name), bucket, { 's3:prefix': key });
}

/** Checks the tags of a copy: given ones, or those of its source. */
function checkCopiedTags(caller: Caller, { s3, headers, bucket, key }: Unread): void {
  const { bucketName, key: sourceKey } = parseCopySource(headers['x-amz-copy-source'] ?? '');
  const source = s3.store.getBucket(bucketName);
  const info = source.objects.get(sourceKey)?.info;
  const { areCopied, tags } = tagsOfCopy(headers, info?.tags ?? []);
  if (tags.length === 0) return;
  if (areCopied) checkObject(caller, TAGGED.source, source, sourceKey);
  checkObject(caller, TAGGED.object, bucket, key);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html */
function listingContext(query: URLSearchParams): Record<string, string> {
  const context: Record<string, string> = {};
  for (const name of ['prefix', 'delimiter', 'max-keys']) {
    const value = query.get(name);
    if (value !== null) context[`s3:${name}`] = value;
  }
  return context;
}

function check(
  { access, principal }: Caller,
  action: string,
  resource: string,
  bucket: Bucket | undefined,
  context?: Record<string, string>,
): void {
  // The owner's root user can always correct a policy that denies everything to everyone.
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
  if (principal.kind === 'root' && POLICY_ACTIONS.has(action)) return;
  const resourcePolicy = bucket?.policy;
  const denial = access.check(principal, {
    action,
    resource,
    ...(resourcePolicy !== undefined && { resourcePolicy }),
    ...(context && { context }),
  });
  if (denial) throw new S3Error('AccessDenied', denial.message, 403);
}

const POLICY_ACTIONS = new Set(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']);
