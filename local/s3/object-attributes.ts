import { checksumElement } from './checksums.ts';
import { readLimit } from './list-objects.ts';
import { storageClassOf } from './object-headers.ts';
import { invalidArgument, invalidRequest } from './s3-error.ts';
import { type Operation, type S3Request, xmlResponse } from './s3-request.ts';
import type { ObjectInfo } from './store.ts';
import { element, text, xmlDocument } from './xml.ts';

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export const getObjectAttributes: Operation = (request) => {
  const { s3, headers, bucket, key } = request;
  const { info } = s3.store.getObject(bucket, key);
  const header = headers['x-amz-object-attributes'] ?? '';
  const requested = header.split(',').map((name) => name.trim());
  if (header === '')
    throw invalidRequest(
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    );
  if (requested.some((name) => !ATTRIBUTES.includes(name))) {
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', header);
  }
  const include = (name: string, xml: string) => (requested.includes(name) ? xml : '');
  const document = xmlDocument(
    'GetObjectAttributesResponse',
    include('ETag', text('ETag', info.etag)),
    include('Checksum', checksumXml(info)),
    include('ObjectParts', partsXml(request, info)),
    include('StorageClass', text('StorageClass', storageClassOf(info))),
    include('ObjectSize', text('ObjectSize', info.size)),
  );
  return xmlResponse(document, { 'last-modified': new Date(info.lastModified).toUTCString() });
};

const checksumXml = ({ checksum }: ObjectInfo) =>
  checksum
    ? element(
        'Checksum',
        text(checksumElement(checksum.algorithm), checksum.value),
        text('ChecksumType', checksum.type),
      )
    : '';

/** Lists the parts of a multipart upload. Like S3, only counts them unless the object has a composite checksum. */
function partsXml({ headers }: S3Request, { parts, checksum }: ObjectInfo): string {
  if (!parts) return '';
  const count = text('PartsCount', parts.length);
  if (checksum?.type !== 'COMPOSITE') return element('ObjectParts', count);
  const limits = new URLSearchParams({ 'max-parts': headers['x-amz-max-parts'] ?? '' });
  const maxParts = readLimit(limits, 'max-parts');
  const marker = Number(headers['x-amz-part-number-marker']) || 0;
  const page = parts.slice(marker, marker + maxParts);
  return element(
    'ObjectParts',
    count,
    text('PartNumberMarker', marker),
    text('NextPartNumberMarker', marker + page.length),
    text('MaxParts', maxParts),
    text('IsTruncated', marker + page.length < parts.length),
    ...page.map((part, index) =>
      element(
        'Part',
        text('PartNumber', marker + index + 1),
        text('Size', part.size),
        text(checksumElement(checksum.algorithm), part.checksum),
      ),
    ),
  );
}
