import { parseJson } from '../../lib/json.ts';
import { arnOf } from '../iam/principal.ts';
import { arn } from '../stack/account.ts';
import { S3Error } from './s3-error.ts';
import { noContent, type Operation, xmlResponse } from './s3-request.ts';
import { text, xmlDocument } from './xml.ts';

/** Maximum bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html */
const MAX_BYTES = 20 * 1_024;

const notSet = (bucketName: string) =>
  new S3Error('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, { BucketName: bucketName });

export const getBucketPolicy: Operation = ({ bucket: { name, policy } }) => {
  if (policy === undefined) throw notSet(name);
  return { status: 200, headers: { 'content-type': 'application/json' }, body: policy };
};

/** Answers whether the policy is public. It never is, since `PutBucketPolicy` refuses such a policy. */
export const getBucketPolicyStatus: Operation = ({ bucket: { name, policy } }) => {
  if (policy === undefined) throw notSet(name);
  return xmlResponse(xmlDocument('PolicyStatus', text('IsPublic', 'FALSE')));
};

/**
 * Sets the policy of a bucket.
 *
 * @throws S3Error `MalformedPolicy`, or `AccessDenied` for a policy that S3's default settings block
 */
export const putBucketPolicy: Operation = ({ s3, bucket, body, caller }) => {
  const policy = body.toString();
  const document = parseJson(policy);
  if (!policy.startsWith('{') || typeof document !== 'object' || document === null) {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  if (body.length > MAX_BYTES)
    throw malformed(`Policy exceeds the maximum allowed document size: ${MAX_BYTES} bytes`);
  const reason = s3.enforcement.access?.validate(policy);
  if (reason !== undefined) throw malformed(reason);
  if (isPublic(document)) {
    const user = caller ? `User: ${arnOf(caller.principal)}` : 'The caller';
    throw new S3Error(
      'AccessDenied',
      `${user} is not authorized to perform: s3:PutBucketPolicy on resource: "${arn('s3', bucket.name)}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
      403,
    );
  }
  s3.store.setPolicy(bucket, policy);
  return noContent();
};

export const deleteBucketPolicy: Operation = ({ s3, bucket }) => {
  s3.store.setPolicy(bucket, undefined);
  return noContent();
};

const malformed = (reason: string) => new S3Error('MalformedPolicy', reason);

/**
 * Returns whether a policy allows something to everyone. Like every new bucket on AWS, those here block such policies. S3 also
 * looks into conditions; here, any condition counts as a restriction.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
function isPublic(document: object): boolean {
  const { Statement } = document as { Statement?: unknown };
  return [Statement].flat().some((statement) => {
    const { Effect, Principal, Condition } = Object(statement) as Record<string, unknown>;
    const principals = [Principal, Object(Principal).AWS].flat();
    return Effect === 'Allow' && Condition === undefined && principals.includes('*');
  });
}
