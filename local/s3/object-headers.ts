import { ACCOUNT_ID } from '../stack/account.ts';
import { checksumHeader } from './checksums.ts';
import { invalidArgument, notImplemented, S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';
import type { ObjectInfo, ObjectSettings } from './store.ts';
import { parseTagHeader } from './tags.ts';
import { quote } from './xml.ts';

const SYSTEM_METADATA = ['cache-control', 'content-disposition', 'content-language', 'expires'];
const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
];
/** Objects in these must be restored before they can be read, or belong to other kinds of buckets. */
const UNSUPPORTED_CLASSES = [
  'GLACIER',
  'DEEP_ARCHIVE',
  'OUTPOSTS',
  'SNOW',
  'EXPRESS_ONEZONE',
  'FSX_OPENZFS',
  'FSX_ONTAP',
];
/** Bytes of names and values: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_METADATA_BYTES = 2_048;

/** Supported `x-amz-…` headers that requests may contain. Any other could change a request's meaning. */
const KNOWN_HEADERS = new RegExp(
  `^x-amz-(${[
    'acl',
    'bucket-owner',
    'bucket-region',
    'bypass-governance-retention',
    'checksum-(algorithm|crc32|crc32c|crc64nvme|mode|sha1|sha256|type)',
    'content-sha256',
    'copy-source(-if-(none-)?match|-if-(un)?modified-since|-range)?',
    'date',
    'decoded-content-length',
    'expected-bucket-owner',
    'grant-.*',
    'id-2',
    'max-parts',
    'meta-.*',
    'metadata-directive',
    'mfa',
    'mp-object-size',
    'object-attributes',
    'object-ownership',
    'optional-object-attributes',
    'part-number-marker',
    'request-payer',
    'sdk-checksum-algorithm',
    'security-token',
    'server-side-encryption',
    'source-expected-bucket-owner',
    'storage-class',
    'tagging(-directive)?',
    'te',
    'trailer',
    'user-agent',
    'website-redirect-location',
  ].join('|')})$`,
);
/** Values other than these would need features that do not exist here. */
const SUPPORTED_VALUES: Record<string, string[]> = {
  'x-amz-object-ownership': ['BucketOwnerEnforced'],
  'x-amz-optional-object-attributes': ['RestoreStatus'],
  'x-amz-server-side-encryption': ['AES256'],
};

/**
 * Refuses headers that ask for features which do not exist here, such as customer keys and object locks.
 *
 * @throws S3Error `NotImplemented`, `AccessControlListNotSupported`, `AccessDenied` for another bucket owner
 */
export function refuseUnsupportedHeaders(headers: Headers): void {
  for (const [name, value = ''] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-')) continue;
    if (!KNOWN_HEADERS.test(name)) throw notImplemented(`the header ${name}`);
    const supported = SUPPORTED_VALUES[name];
    if (supported && !supported.includes(value)) throw notImplemented(`${name}: ${value}`);
    if (name.startsWith('x-amz-grant-')) throw aclNotSupported();
    if (name.endsWith('expected-bucket-owner') && value !== ACCOUNT_ID) {
      throw new S3Error('AccessDenied', 'Access Denied', 403);
    }
  }
  // New buckets have access control lists disabled: the owner, who owns every object, has full control.
  const acl = headers['x-amz-acl'];
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control') throw aclNotSupported();
}

export const aclNotSupported = () =>
  new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');

/**
 * Reads the metadata and tags of an object to create.
 *
 * @throws S3Error `MetadataTooLarge`, `InvalidStorageClass`, `InvalidTag` and such
 */
export function readSettings(headers: Headers): ObjectSettings {
  const read: Record<string, string> = { 'content-type': headers['content-type'] || 'binary/octet-stream' };
  for (const name of SYSTEM_METADATA) {
    const value = headers[name];
    if (value) read[name] = value;
  }
  const encoding = contentEncoding(headers);
  if (encoding) read['content-encoding'] = encoding;
  const storageClass = readStorageClass(headers);
  if (storageClass !== 'STANDARD') read['x-amz-storage-class'] = storageClass;
  const location = headers['x-amz-website-redirect-location'];
  if (location !== undefined) read['x-amz-website-redirect-location'] = checkRedirect(location);
  Object.assign(read, readMetadata(headers));
  return { headers: read, tags: parseTagHeader(headers['x-amz-tagging']) };
}

/** Returns the encoding of the content itself, without `aws-chunked`, which only encodes the request. */
const contentEncoding = (headers: Headers) =>
  (headers['content-encoding'] ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding.toLowerCase() !== 'aws-chunked')
    .join(',');

export function readStorageClass(headers: Headers): string {
  const storageClass = headers['x-amz-storage-class'] ?? 'STANDARD';
  if (UNSUPPORTED_CLASSES.includes(storageClass)) throw notImplemented(`the storage class ${storageClass}`);
  if (STORAGE_CLASSES.includes(storageClass)) return storageClass;
  throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid', 400, {
    StorageClassRequested: storageClass,
  });
}

function checkRedirect(location: string): string {
  if (/^(\/|https?:\/\/)/.test(location)) return location;
  throw new S3Error(
    'InvalidRedirectLocation',
    "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
  );
}

function readMetadata(headers: Headers): [string, string][] | Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-meta-') || value === undefined) continue;
    metadata[name] = value;
    bytes += name.length - 'x-amz-meta-'.length + value.length;
  }
  if (bytes <= MAX_METADATA_BYTES) return metadata;
  throw new S3Error(
    'MetadataTooLarge',
    'Your metadata headers exceed the maximum allowed metadata size',
    400,
    {
      Size: String(bytes),
      MaxSizeAllowed: String(MAX_METADATA_BYTES),
    },
  );
}

export const storageClassOf = ({ headers }: ObjectSettings) => headers['x-amz-storage-class'] ?? 'STANDARD';

/** Returns the headers that GetObject and HeadObject answer with, without those of the body. */
export function objectHeaders(info: ObjectInfo): Record<string, string> {
  return {
    ...info.headers,
    etag: quote(info.etag),
    'last-modified': new Date(info.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
    ...ENCRYPTION,
    ...(info.tags.length > 0 && { 'x-amz-tagging-count': String(info.tags.length) }),
  };
}

/** S3 encrypts every object. The embedded S3 does not, but answers as if it did. */
export const ENCRYPTION = { 'x-amz-server-side-encryption': 'AES256' };

/** Returns the headers that contain an object's checksum, if it has one. */
export function checksumHeaders({ checksum }: Pick<ObjectInfo, 'checksum'>): Record<string, string> {
  if (!checksum) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** Returns the headers that GetObject's parameters replace, such as `content-type` for `response-content-type`. */
export function responseOverrides(query: URLSearchParams, toValue: (name: string, text: string) => string) {
  const overrides: Record<string, string> = {};
  for (const name of ['content-type', 'content-encoding', ...SYSTEM_METADATA]) {
    const value = query.get(`response-${name}`);
    if (value !== null) overrides[name] = toValue(`response-${name}`, value);
  }
  return overrides;
}

/** Reads a header that is `COPY` or `REPLACE`. Default: `COPY`. @throws S3Error `InvalidArgument` */
export function readDirective(headers: Headers, name: string): 'COPY' | 'REPLACE' {
  const directive = headers[name] ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive;
  throw invalidArgument('Unknown directive.', name, directive);
}
