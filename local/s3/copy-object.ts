import { type ByteRange, parseRange } from './byte-range.ts';
import { type Checksum, checksumAlgorithm, checksumElement, computeChecksum } from './checksums.ts';
import { checkCopySource, checkWrite } from './conditions.ts';
import { ENCRYPTION, readDirective, readSettings, readStorageClass } from './object-headers.ts';
import { storeObject } from './put-object.ts';
import { invalidArgument, invalidRequest } from './s3-error.ts';
import { type Headers, type Operation, type S3Request, xmlResponse } from './s3-request.ts';
import {
  type Bucket,
  checkSize,
  md5,
  type ObjectInfo,
  type ObjectSettings,
  type PartInfo,
  type StoredObject,
} from './store.ts';
import { parseTagHeader } from './tags.ts';
import { isoTime, quote, text, xmlDocument } from './xml.ts';

interface CopySource extends StoredObject {
  bucket: Bucket;
  key: string;
}

export const copyObject: Operation = (request) => {
  const { headers, bucket, key } = request;
  const source = findSource(request);
  checkWrite(headers, key, bucket.objects.get(key)?.info);
  refuseUnchanged(request, source);
  const { body } = source;
  const checksum = copyChecksum(headers, source);
  const info: ObjectInfo = {
    ...copySettings(headers, source.info),
    // A copy has one part, whatever its source had.
    etag: source.info.parts ? md5(body) : source.info.etag,
    size: body.length,
    lastModified: Date.now(),
    ...(checksum && { checksum }),
  };
  storeObject(request, info, body, 'ObjectCreated:Copy');
  return xmlResponse(copyResult('CopyObjectResult', info), ENCRYPTION);
};

/** Returns the source of a copy and checks its conditions. @throws S3Error `NoSuchKey`, `PreconditionFailed` and such */
export function findSource({ s3, headers }: S3Request): CopySource {
  const { bucketName, key } = parseCopySource(headers['x-amz-copy-source'] ?? '');
  const bucket = s3.store.getBucket(bucketName);
  const object = s3.store.getObject(bucket, key);
  checkCopySource(headers, object.info);
  return { ...object, bucket, key };
}

/** Parses a copy source such as `/bucket/a%20key?versionId=null`. */
export function parseCopySource(header: string): { bucketName: string; key: string } {
  const [, path = '', version = 'null'] = /^\/?(.*?)(?:\?versionId=([^?]*))?$/s.exec(header) ?? [];
  const source = decodeSource(path);
  const slash = source?.indexOf('/') ?? -1;
  if (source === undefined || slash < 1 || slash === source.length - 1) {
    throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', header);
  }
  if (version !== 'null') throw invalidArgument('Invalid version id specified', 'versionId', version);
  return { bucketName: source.slice(0, slash), key: source.slice(slash + 1) };
}

function decodeSource(path: string): string | undefined {
  try {
    return decodeURIComponent(Buffer.from(path, 'latin1').toString());
  } catch {
    return undefined;
  }
}

function refuseUnchanged({ headers, bucket, key }: S3Request, source: CopySource): void {
  if (source.bucket !== bucket || source.key !== key) return;
  const changes =
    readDirective(headers, 'x-amz-metadata-directive') === 'REPLACE' ||
    headers['x-amz-storage-class'] !== undefined ||
    headers['x-amz-website-redirect-location'] !== undefined ||
    headers['x-amz-server-side-encryption'] !== undefined;
  if (changes) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

function copySettings(headers: Headers, source: ObjectInfo): ObjectSettings {
  const given = readSettings(headers);
  const { tags } = tagsOfCopy(headers, source.tags);
  if (readDirective(headers, 'x-amz-metadata-directive') === 'REPLACE')
    return { headers: given.headers, tags };
  // A copy keeps the metadata, but neither the storage class nor the redirect.
  const {
    'x-amz-storage-class': _class,
    'x-amz-website-redirect-location': _redirect,
    ...kept
  } = source.headers;
  const storageClass = readStorageClass(headers);
  if (storageClass !== 'STANDARD') kept['x-amz-storage-class'] = storageClass;
  const redirect = given.headers['x-amz-website-redirect-location'];
  if (redirect !== undefined) kept['x-amz-website-redirect-location'] = redirect;
  return { headers: kept, tags };
}

/** Returns the tags of a copy, and whether they are copied from its source. */
export function tagsOfCopy(
  headers: Headers,
  tagsOfSource: ObjectSettings['tags'],
): { tags: ObjectSettings['tags']; areCopied: boolean } {
  const areCopied = readDirective(headers, 'x-amz-tagging-directive') !== 'REPLACE';
  return { tags: areCopied ? tagsOfSource : parseTagHeader(headers['x-amz-tagging']), areCopied };
}

/** Returns the checksum of a copy: by the requested algorithm, or by the source's. */
function copyChecksum(headers: Headers, { info, body }: CopySource): Checksum | undefined {
  const requested = headers['x-amz-checksum-algorithm'];
  const algorithm = requested === undefined ? info.checksum?.algorithm : checksumAlgorithm(requested);
  if (!algorithm) {
    if (requested === undefined) return undefined;
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  }
  return { algorithm, value: computeChecksum(algorithm, body), type: 'FULL_OBJECT' };
}

/** Returns the XML that answers a copy. */
export function copyResult(root: string, info: ObjectInfo | PartInfo): string {
  const { etag, lastModified, checksum } = info;
  return xmlDocument(
    root,
    text('LastModified', isoTime(lastModified)),
    text('ETag', quote(etag)),
    checksum ? text(checksumElement(checksum.algorithm), checksum.value) : '',
    root === 'CopyObjectResult' ? text('ChecksumType', checksum?.type) : '',
  );
}

/** Returns the bytes of a copied part. @throws S3Error `InvalidArgument` for a range beyond the source */
export function copyRange(headers: Headers, { body }: CopySource): Buffer {
  const header = headers['x-amz-copy-source-range'];
  if (header === undefined) {
    checkSize(body.length);
    return body;
  }
  const { start, end } = parseCopyRange(header, body.length);
  return body.subarray(start, end);
}

function parseCopyRange(header: string, size: number): ByteRange {
  const last = /^bytes=\d+-(\d+)$/.exec(header)?.[1];
  if (last === undefined) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';
    throw invalidArgument(message, 'x-amz-copy-source-range', header);
  }
  const range = Number(last) < size ? parseRange(header, size) : undefined;
  if (range) return range;
  throw invalidArgument(
    `Range specified is not valid for source object of size: ${size}`,
    'x-amz-copy-source-range',
    header,
  );
}
