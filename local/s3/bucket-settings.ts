import { owner } from './list-objects.ts';
import { aclNotSupported } from './object-headers.ts';
import { invalidRequest, S3Error } from './s3-error.ts';
import { noContent, type Operation, xmlResponse } from './s3-request.ts';
import { element, text, xmlDocument } from './xml.ts';

/** Answers of S3 for settings that a new bucket does not have. */
const NOT_SET: Record<string, [code: string, message: string]> = {
  cors: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  lifecycle: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  'object-lock': [
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ],
  replication: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
  tagging: ['NoSuchTagSet', 'The TagSet does not exist'],
  website: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
};

const DEFAULT_ENCRYPTION = element(
  'Rule',
  element('ApplyServerSideEncryptionByDefault', text('SSEAlgorithm', 'AES256')),
  text('BucketKeyEnabled', false),
);
const BLOCKED = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];

/** Settings of a new bucket. */
const DEFAULTS: Record<string, string> = {
  accelerate: xmlDocument('AccelerateConfiguration'),
  encryption: xmlDocument('ServerSideEncryptionConfiguration', DEFAULT_ENCRYPTION),
  logging: xmlDocument('BucketLoggingStatus'),
  ownershipControls: xmlDocument(
    'OwnershipControls',
    element('Rule', text('ObjectOwnership', 'BucketOwnerEnforced')),
  ),
  publicAccessBlock: xmlDocument(
    'PublicAccessBlockConfiguration',
    ...BLOCKED.map((name) => text(name, true)),
  ),
  requestPayment: xmlDocument('RequestPaymentConfiguration', text('Payer', 'BucketOwner')),
  versioning: xmlDocument('VersioningConfiguration'),
};

/** Settings whose deletion succeeds if they are not set. */
const DELETABLE = ['cors', 'encryption', 'lifecycle', 'replication', 'tagging', 'website'];

/** Answers with full control for the owner: `BucketOwnerEnforced` disables all other access control lists. */
export const getAcl: Operation = ({ s3, bucket, key }) => {
  if (key !== '') s3.store.getObject(bucket, key);
  const grantee = owner().replace(/<Owner>(.*)<\/Owner>/, '$1');
  const attributes = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';
  const grant = element(
    'Grant',
    `<Grantee ${attributes}>${grantee}</Grantee>`,
    text('Permission', 'FULL_CONTROL'),
  );
  return xmlResponse(xmlDocument('AccessControlPolicy', owner(), element('AccessControlList', grant)));
};

export const putAcl: Operation = () => {
  throw aclNotSupported();
};

/** Answers with S3's error: objects have no locks, because their bucket has no object lock configuration. */
export const getObjectLock: Operation = ({ s3, bucket, key }) => {
  s3.store.getObject(bucket, key);
  throw invalidRequest('Bucket is missing Object Lock Configuration');
};

/** Operations on settings that the embedded S3 cannot change, by method and parameter. */
export const SETTING_OPERATIONS: Record<string, Operation> = {
  ...Object.fromEntries(
    Object.entries(NOT_SET).map(([name, [code, message]]) => [
      `GET ${name}`,
      ({ bucket }) => {
        throw new S3Error(code, message, 404, { BucketName: bucket.name });
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, document]) => [`GET ${name}`, () => xmlResponse(document)]),
  ),
  ...Object.fromEntries(DELETABLE.map((name) => [`DELETE ${name}`, () => noContent()])),
};
