import { ACCOUNT_ID } from '../stack/account.ts';
import { listKeys, type Page } from './list-keys.ts';
import { storageClassOf } from './object-headers.ts';
import { invalidArgument } from './s3-error.ts';
import { type Operation, type S3Request, xmlResponse } from './s3-request.ts';
import { element, encodeKey, isoTime, keyText, quote, text, xmlDocument } from './xml.ts';

/** Maximum number of keys in a page, and the default. */
const MAX_KEYS = 1_000;

/** The owner of all buckets and objects. */
export const owner = (name = 'Owner') =>
  element(name, text('ID', ACCOUNT_ID), text('DisplayName', 'embedded-cloud'));

/** Reads a number of results, at most 1,000. @throws S3Error `InvalidArgument` */
export function readLimit(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? '';
  if (value === '') return MAX_KEYS;
  if (!/^\d{1,10}$/.test(value) || Number(value) > 2 ** 31 - 1) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, value);
  }
  return Math.min(Number(value), MAX_KEYS);
}

/** Returns a function that writes an element with a key, in the encoding that the request asks for. */
export function keyWriter(query: URLSearchParams): (name: string, key: string | undefined) => string {
  const encoding = query.get('encoding-type');
  if (encoding !== null && encoding !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  }
  return (name, key) => (key === undefined ? '' : encoding ? text(name, encodeKey(key)) : keyText(name, key));
}

/** Answers ListObjects, ListObjectsV2 and ListObjectVersions. */
function list(
  request: S3Request,
  {
    root,
    entry,
    after,
    head,
  }: { root: string; entry: string; after: string; head: (page: Page) => string[] },
) {
  const { bucket, query } = request;
  const key = keyWriter(query);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = readLimit(query, 'max-keys');
  const page = listKeys(bucket.keys, { prefix, delimiter, startAfter: after, maxKeys });
  const isVersions = entry === 'Version';
  const withOwner = query.get('list-type') !== '2' || query.get('fetch-owner') === 'true';
  const contents = page.keys.map((listed) => {
    const info = request.s3.store.getObject(bucket, listed).info;
    return element(
      entry,
      key('Key', listed),
      isVersions ? text('VersionId', 'null') + text('IsLatest', true) : '',
      text('LastModified', isoTime(info.lastModified)),
      text('ETag', quote(info.etag)),
      info.checksum
        ? text('ChecksumAlgorithm', info.checksum.algorithm) + text('ChecksumType', info.checksum.type)
        : '',
      text('Size', info.size),
      withOwner ? owner() : '',
      text('StorageClass', storageClassOf(info)),
    );
  });
  const document = xmlDocument(
    root,
    text('Name', bucket.name),
    key('Prefix', prefix),
    ...head(page),
    text('MaxKeys', maxKeys),
    key('Delimiter', delimiter || undefined),
    text('EncodingType', query.get('encoding-type') ?? undefined),
    text('IsTruncated', page.next !== undefined),
    ...contents,
    ...page.commonPrefixes.map((common) => element('CommonPrefixes', key('Prefix', common))),
  );
  return xmlResponse(document, { 'x-amz-bucket-region': bucket.region });
}

export const listObjects: Operation = (request) => {
  const { query } = request;
  return query.get('list-type') === '2' ? listObjectsV2(request) : listObjectsV1(request);
};

const listObjectsV1: Operation = (request) => {
  const { query } = request;
  const key = keyWriter(query);
  const marker = query.get('marker') ?? '';
  // Without a delimiter, clients continue after the last key.
  const next = ({ next }: Page) => (query.get('delimiter') ? next : undefined);
  return list(request, {
    root: 'ListBucketResult',
    entry: 'Contents',
    after: marker,
    head: (page) => [key('Marker', marker), key('NextMarker', next(page))],
  });
};

const listObjectsV2: Operation = (request) => {
  const { query } = request;
  const key = keyWriter(query);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  return list(request, {
    root: 'ListBucketResult',
    entry: 'Contents',
    after: token === null ? (startAfter ?? '') : decodeToken(token),
    head: ({ keys, commonPrefixes, next }) => [
      key('StartAfter', startAfter ?? undefined),
      text('ContinuationToken', token ?? undefined),
      text('NextContinuationToken', next === undefined ? undefined : encodeToken(next)),
      text('KeyCount', keys.length + commonPrefixes.length),
    ],
  });
};

/** Lists each object as its only version, as S3 does in a bucket without versioning. */
export const listObjectVersions: Operation = (request) => {
  const { query } = request;
  const key = keyWriter(query);
  const marker = query.get('key-marker') ?? '';
  return list(request, {
    root: 'ListVersionsResult',
    entry: 'Version',
    after: marker,
    head: ({ next }) => [
      key('KeyMarker', marker),
      text('VersionIdMarker', query.get('version-id-marker') ?? ''),
      key('NextKeyMarker', next),
      text('NextVersionIdMarker', next === undefined ? undefined : 'null'),
    ],
  });
};

const encodeToken = (after: string) => Buffer.from(after).toString('base64');

function decodeToken(token: string): string {
  const decoded = Buffer.from(token, 'base64').toString();
  if (token !== '' && encodeToken(decoded) === token) return decoded;
  throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}
