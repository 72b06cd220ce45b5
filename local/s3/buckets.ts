import type { ServiceResponse } from '../aws-services/service.ts';
import { REGION } from '../stack/account.ts';
import { owner, readLimit } from './list-objects.ts';
import { notImplemented, S3Error } from './s3-error.ts';
import { type Headers, noContent, type Operation, type S3, xmlResponse } from './s3-request.ts';
import { childText, element, elements, isoTime, parseXml, text, xmlDocument } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/.test(name)
  );
}

export function listBuckets({ store }: S3, query: URLSearchParams): ServiceResponse {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const buckets = [...store.buckets.values()]
    .filter(({ name }) => name.startsWith(prefix) && name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = buckets.slice(0, query.has('max-buckets') ? readLimit(query, 'max-buckets') : buckets.length);
  const next = page.length < buckets.length ? page.at(-1)?.name : undefined;
  return xmlResponse(
    xmlDocument(
      'ListAllMyBucketsResult',
      owner(),
      element(
        'Buckets',
        ...page.map(({ name, created, region }) =>
          element(
            'Bucket',
            text('Name', name),
            text('CreationDate', isoTime(created)),
            text('BucketRegion', region),
          ),
        ),
      ),
      text('Prefix', prefix || undefined),
      text('ContinuationToken', next),
    ),
  );
}

/**
 * Creates a bucket. Like S3 in us-east-1, succeeds if the bucket exists there.
 *
 * @throws S3Error `InvalidBucketName`, `BucketAlreadyOwnedByYou` in another region
 */
export function createBucket({ store }: S3, name: string, headers: Headers, body: Buffer): ServiceResponse {
  if (!isBucketName(name)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
  }
  if (headers['x-amz-acl'] !== undefined && headers['x-amz-acl'] !== 'private') {
    throw new S3Error(
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  }
  const region = readLocation(body);
  const existing = store.buckets.get(name);
  if (!existing) store.createBucket(name, region);
  else if (existing.region !== REGION || region !== REGION) {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    throw new S3Error('BucketAlreadyOwnedByYou', message, 409, { BucketName: name });
  }
  return { status: 200, headers: { location: `/${name}`, 'x-amz-bucket-arn': `arn:aws:s3:::${name}` } };
}

function readLocation(body: Buffer): string {
  if (body.length === 0) return REGION;
  const configuration = parseXml(body, 'CreateBucketConfiguration');
  for (const name of ['Bucket', 'Location', 'Tags']) {
    if (elements(configuration, name).length > 0) throw notImplemented(`CreateBucket with ${name}`);
  }
  const location = childText(configuration, 'LocationConstraint') || undefined;
  // Buckets in this region are created without a location constraint.
  if (location !== REGION) return location ?? REGION;
  throw new S3Error('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
    LocationConstraint: location,
  });
}

export const deleteBucket: Operation = ({ s3, bucket }) => {
  s3.store.deleteBucket(bucket);
  s3.notifications.delete(bucket.name);
  return noContent();
};

export const headBucket: Operation = ({ bucket }) => ({
  status: 200,
  headers: { 'x-amz-bucket-region': bucket.region, 'x-amz-access-point-alias': 'false' },
});

export const getBucketLocation: Operation = ({ bucket }) =>
  xmlResponse(xmlDocument('LocationConstraint', bucket.region === REGION ? '' : bucket.region));
