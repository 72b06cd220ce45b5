import {
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumAlgorithm,
  computeChecksum,
} from './checksums.ts';
import { copyRange, copyResult, findSource } from './copy-object.ts';
import { readPartNumber } from './get-object.ts';
import { checksumHeaders, ENCRYPTION, readSettings } from './object-headers.ts';
import { invalidRequest, S3Error } from './s3-error.ts';
import { type Headers, noContent, type Operation, type S3Request, xmlResponse } from './s3-request.ts';
import { md5, type PartInfo, type Upload } from './store.ts';
import { quote, text, xmlDocument } from './xml.ts';

/**
 * Types that each algorithm supports, the default first:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
const CHECKSUM_TYPES: Record<ChecksumAlgorithm, ChecksumType[]> = {
  CRC32: ['COMPOSITE', 'FULL_OBJECT'],
  CRC32C: ['COMPOSITE', 'FULL_OBJECT'],
  CRC64NVME: ['FULL_OBJECT'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
};

export const createMultipartUpload: Operation = ({ s3, headers, bucket, key }) => {
  const checksum = readChecksumSettings(headers);
  const settings = { ...readSettings(headers), ...checksum };
  const info = { ...settings, bucket: bucket.name, key, initiated: Date.now() };
  const { id } = s3.store.createUpload(bucket, info);
  const document = xmlDocument(
    'InitiateMultipartUploadResult',
    text('Bucket', bucket.name),
    text('Key', key),
    text('UploadId', id),
  );
  return xmlResponse(document, {
    ...ENCRYPTION,
    ...(checksum.checksumAlgorithm && { 'x-amz-checksum-algorithm': checksum.checksumAlgorithm }),
    ...(checksum.checksumType && { 'x-amz-checksum-type': checksum.checksumType }),
  });
};

function readChecksumSettings(headers: Headers): {
  checksumAlgorithm?: ChecksumAlgorithm;
  checksumType?: ChecksumType;
} {
  const name = headers['x-amz-checksum-algorithm'];
  const type = headers['x-amz-checksum-type']?.toUpperCase();
  if (name === undefined) {
    if (type === undefined) return {};
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const algorithm = checksumAlgorithm(name);
  if (!algorithm) {
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  }
  const types = CHECKSUM_TYPES[algorithm];
  const checksumType = type === undefined ? types[0] : types.find((each) => each === type);
  if (checksumType) return { checksumAlgorithm: algorithm, checksumType };
  throw invalidRequest(
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/** Returns the upload that a request names. @throws S3Error `NoSuchUpload` */
export function findUpload({ bucket, key, query }: S3Request): Upload {
  const id = query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload && upload.info.key === key) return upload;
  throw new S3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId: id },
  );
}

export const uploadPart: Operation = (request) => {
  const partNumber = readPartNumber(request.query.get('partNumber'));
  const upload = findUpload(request);
  const isCopy = request.headers['x-amz-copy-source'] !== undefined;
  const body = isCopy ? copyRange(request.headers, findSource(request)) : request.body;
  const checksum = partChecksum(upload, body, request.checksum);
  const info: PartInfo = {
    etag: md5(body),
    size: body.length,
    lastModified: Date.now(),
    ...(checksum && { checksum }),
  };
  request.s3.store.putPart(upload, partNumber, info, body);
  if (isCopy) return xmlResponse(copyResult('CopyPartResult', info), ENCRYPTION);
  const { 'x-amz-checksum-type': _type, ...headers } = checksumHeaders(info);
  return { status: 200, headers: { etag: quote(info.etag), ...headers, ...ENCRYPTION } };
};

/** Returns the checksum of a part: by the upload's algorithm, or the one that was sent. */
function partChecksum({ info }: Upload, body: Buffer, sent: Checksum | undefined): Checksum | undefined {
  const { checksumAlgorithm: algorithm } = info;
  if (!algorithm) return sent;
  if (sent && sent.algorithm !== algorithm) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${sent.algorithm.toLowerCase()}`,
    );
  }
  return sent ?? { algorithm, value: computeChecksum(algorithm, body), type: 'FULL_OBJECT' };
}

export const abortMultipartUpload: Operation = (request) => {
  request.s3.store.deleteUpload(request.bucket, findUpload(request));
  return noContent();
};
