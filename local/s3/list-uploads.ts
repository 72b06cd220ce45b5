import { checksumElement } from './checksums.ts';
import { keyWriter, owner, readLimit } from './list-objects.ts';
import { findUpload } from './multipart.ts';
import { storageClassOf } from './object-headers.ts';
import { type Operation, xmlResponse } from './s3-request.ts';
import { compareBytes, fromBytes, toBytes } from './sorted-keys.ts';
import type { Bucket, Upload } from './store.ts';
import { element, isoTime, quote, text, xmlDocument } from './xml.ts';

/** Lists the parts of a multipart upload by number. */
export const listParts: Operation = (request) => {
  const { query, bucket, key } = request;
  const upload = findUpload(request);
  const maxParts = readLimit(query, 'max-parts');
  const marker = readMarker(query.get('part-number-marker'));
  const following = [...upload.parts].filter(([partNumber]) => partNumber > marker).sort(([a], [b]) => a - b);
  const page = following.slice(0, maxParts);
  const isTruncated = following.length > page.length && maxParts > 0;
  const { checksumAlgorithm, checksumType } = upload.info;
  return xmlResponse(
    xmlDocument(
      'ListPartsResult',
      text('Bucket', bucket.name),
      text('Key', key),
      text('UploadId', upload.id),
      owner('Initiator'),
      owner(),
      text('StorageClass', storageClassOf(upload.info)),
      text('PartNumberMarker', marker),
      text('NextPartNumberMarker', page.at(-1)?.[0] ?? 0),
      text('MaxParts', maxParts),
      text('IsTruncated', isTruncated),
      text('ChecksumAlgorithm', checksumAlgorithm),
      text('ChecksumType', checksumType),
      ...page.map(([partNumber, { info }]) =>
        element(
          'Part',
          text('PartNumber', partNumber),
          text('LastModified', isoTime(info.lastModified)),
          text('ETag', quote(info.etag)),
          text('Size', info.size),
          info.checksum ? text(checksumElement(info.checksum.algorithm), info.checksum.value) : '',
        ),
      ),
    ),
  );
};

const readMarker = (value: string | null) => (/^\d{1,9}$/.test(value ?? '') ? Number(value) : 0);

/** Lists the multipart uploads in progress by key, those of one key by time of initiation. */
export const listMultipartUploads: Operation = ({ query, bucket }) => {
  const key = keyWriter(query);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  // S3 ignores this marker without the other.
  const uploadIdMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '');
  const maxUploads = readLimit(query, 'max-uploads');
  const page = listUploads(bucket, { prefix, delimiter, keyMarker, uploadIdMarker, maxUploads });
  return xmlResponse(
    xmlDocument(
      'ListMultipartUploadsResult',
      text('Bucket', bucket.name),
      key('KeyMarker', keyMarker),
      text('UploadIdMarker', uploadIdMarker),
      key('NextKeyMarker', page.next?.key),
      text('NextUploadIdMarker', page.next?.uploadId),
      key('Prefix', prefix),
      key('Delimiter', delimiter || undefined),
      text('EncodingType', query.get('encoding-type') ?? undefined),
      text('MaxUploads', maxUploads),
      text('IsTruncated', page.next !== undefined),
      ...page.uploads.map(({ id, info }) =>
        element(
          'Upload',
          key('Key', info.key),
          text('UploadId', id),
          owner('Initiator'),
          owner(),
          text('StorageClass', storageClassOf(info)),
          text('Initiated', isoTime(info.initiated)),
          text('ChecksumAlgorithm', info.checksumAlgorithm),
          text('ChecksumType', info.checksumType),
        ),
      ),
      ...page.commonPrefixes.map((common) => element('CommonPrefixes', key('Prefix', common))),
    ),
  );
};

interface UploadPage {
  uploads: Upload[];
  commonPrefixes: string[];
  next?: { key: string; uploadId: string };
}

interface UploadPageRequest {
  prefix: string;
  delimiter: string;
  keyMarker: string;
  uploadIdMarker: string;
  maxUploads: number;
}

/** Reads a page of uploads. There are few uploads in progress, so each page reads them all. */
function listUploads(bucket: Bucket, request: UploadPageRequest): UploadPage {
  const { delimiter, keyMarker, uploadIdMarker, maxUploads } = request;
  const prefix = toBytes(request.prefix);
  const marker = toBytes(keyMarker);
  const commonPrefixes = new Set<string>();
  const page: UploadPage = { uploads: [], commonPrefixes: [] };
  let last = { key: '', uploadId: '' };
  for (const { bytes, upload } of sortUploads(bucket)) {
    const follows =
      bytes > marker || (bytes === marker && uploadIdMarker !== '' && upload.id > uploadIdMarker);
    if (!follows || !bytes.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : bytes.indexOf(toBytes(delimiter), prefix.length);
    const common = end === -1 ? undefined : fromBytes(bytes.slice(0, end)) + delimiter;
    if (common !== undefined && (commonPrefixes.has(common) || keyMarker.startsWith(common))) continue;
    if (page.uploads.length + commonPrefixes.size === maxUploads) {
      if (maxUploads > 0) page.next = last;
      break;
    }
    if (common === undefined) page.uploads.push(upload);
    else commonPrefixes.add(common);
    last =
      common === undefined ? { key: upload.info.key, uploadId: upload.id } : { key: common, uploadId: '' };
  }
  return { ...page, commonPrefixes: [...commonPrefixes] };
}

/** Returns a bucket's uploads in the order of a listing. */
function sortUploads(bucket: Bucket): { bytes: string; upload: Upload }[] {
  // Entries of a map are in the order of their initiation, and the sort is stable.
  return Array.from(bucket.uploads.values(), (upload) => ({ bytes: toBytes(upload.info.key), upload })).sort(
    (a, b) => compareBytes(a.bytes, b.bytes),
  );
}
