import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumElement,
  computeChecksum,
} from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { findUpload } from './multipart.ts';
import { ENCRYPTION } from './object-headers.ts';
import { badChecksum, checksumOf } from './payload.ts';
import { storeObject } from './put-object.ts';
import { invalidRequest, malformedXml, S3Error } from './s3-error.ts';
import { type Operation, objectUrl, type S3Request, xmlResponse } from './s3-request.ts';
import { checkSize, md5, type ObjectInfo, type PartInfo, type Upload } from './store.ts';
import { childText, elements, parseXml, quote, text, type XmlValue, xmlDocument } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 * 1024;

interface Part {
  info: PartInfo;
  body: Buffer;
}

export const completeMultipartUpload: Operation = (request) => {
  const { s3, headers, bucket, key, body: xml } = request;
  const upload = findUpload(request);
  const parts = readParts(upload, xml);
  checkWrite(headers, key, bucket.objects.get(key)?.info);
  const size = parts.reduce((sum, { info }) => sum + info.size, 0);
  checkSize(size);
  const expectedSize = headers['x-amz-mp-object-size'];
  if (expectedSize !== undefined && Number(expectedSize) !== size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${expectedSize} does not match what was computed: ${size}`,
    );
  }
  const body =
    parts.length === 1
      ? (parts[0] as Part).body
      : Buffer.concat(
          parts.map((part) => part.body),
          size,
        );
  const checksum = objectChecksum(request, upload, parts, body);
  const { headers: metadata, tags } = upload.info;
  const info: ObjectInfo = {
    headers: metadata,
    tags,
    etag: `${md5(Buffer.from(parts.map((part) => part.info.etag).join(''), 'hex'))}-${parts.length}`,
    size,
    lastModified: Date.now(),
    parts: parts.map(({ info }) => ({
      size: info.size,
      ...(info.checksum && { checksum: info.checksum.value }),
    })),
    ...(checksum && { checksum }),
  };
  s3.store.deleteUpload(bucket, upload);
  storeObject(request, info, body, 'ObjectCreated:CompleteMultipartUpload');
  return xmlResponse(completeResult(request, info), ENCRYPTION);
};

/** Reads the list of parts and finds them. @throws S3Error `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall` */
function readParts(upload: Upload, xml: Buffer): Part[] {
  const listed = elements(parseXml(xml, 'CompleteMultipartUpload'), 'Part');
  if (listed.length === 0) throw malformedXml();
  let last = 0;
  const parts = listed.map((element) => {
    const partNumber = Number(childText(element, 'PartNumber') ?? Number.NaN);
    if (!Number.isInteger(partNumber)) throw malformedXml();
    if (partNumber <= last) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
        400,
        { UploadId: upload.id },
      );
    }
    last = partNumber;
    return findPart(upload, partNumber, element);
  });
  parts.slice(0, -1).forEach(({ info }, index) => {
    if (info.size >= MIN_PART_BYTES) return;
    throw new S3Error(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      400,
      {
        ProposedSize: String(info.size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: childText(listed[index], 'PartNumber') ?? '',
        ETag: info.etag,
      },
    );
  });
  return parts;
}

function findPart(upload: Upload, partNumber: number, element: XmlValue): Part {
  const etag = childText(element, 'ETag')?.replaceAll('"', '');
  if (etag === undefined) throw malformedXml();
  const part = upload.parts.get(partNumber);
  const differs = ({ checksum }: PartInfo) =>
    CHECKSUM_ALGORITHMS.some((algorithm) => {
      const listed = childText(element, checksumElement(algorithm));
      return listed !== undefined && (checksum?.algorithm !== algorithm || checksum.value !== listed);
    });
  if (part && part.info.etag === etag && !differs(part.info)) return part;
  throw new S3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { UploadId: upload.id, PartNumber: String(partNumber), ETag: etag },
  );
}

/** Computes the object's checksum from its parts, and compares it with the one that was sent. */
function objectChecksum(
  { headers }: S3Request,
  { info }: Upload,
  parts: Part[],
  body: Buffer,
): Checksum | undefined {
  const sent = checksumOf(headers);
  const algorithm = info.checksumAlgorithm ?? sent?.algorithm;
  if (!algorithm) return undefined;
  if (sent && sent.algorithm !== algorithm) throw badChecksum(sent.algorithm);
  // Without settings of the upload, clients send the checksum of the whole object.
  const checksum: Checksum =
    info.checksumType === 'COMPOSITE'
      ? { algorithm, value: compositeChecksum(algorithm, parts), type: 'COMPOSITE' }
      : { algorithm, value: computeChecksum(algorithm, body), type: 'FULL_OBJECT' };
  // Some clients omit the number of parts.
  if (sent && ![checksum.value, checksum.value.split('-')[0]].includes(sent.value))
    throw badChecksum(algorithm);
  return checksum;
}

function compositeChecksum(algorithm: ChecksumAlgorithm, parts: Part[]): string {
  const checksums = parts.map(({ info }) => Buffer.from(info.checksum?.value ?? '', 'base64'));
  return `${computeChecksum(algorithm, Buffer.concat(checksums))}-${parts.length}`;
}

function completeResult({ headers, bucket, key }: S3Request, { etag, checksum }: ObjectInfo): string {
  return xmlDocument(
    'CompleteMultipartUploadResult',
    text('Location', objectUrl(headers, bucket.name, key)),
    text('Bucket', bucket.name),
    text('Key', key),
    text('ETag', quote(etag)),
    checksum
      ? text(checksumElement(checksum.algorithm), checksum.value) + text('ChecksumType', checksum.type)
      : '',
  );
}
