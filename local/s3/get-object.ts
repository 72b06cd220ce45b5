import type { ServiceResponse } from '../aws-services/service.ts';
import { type ByteRange, contentRange, parseRange } from './byte-range.ts';
import { isNotModified, permitsRange } from './conditions.ts';
import { checksumHeaders, objectHeaders, responseOverrides } from './object-headers.ts';
import { invalidArgument, invalidRequest, S3Error } from './s3-error.ts';
import { type Operation, type S3Request, toHeaderValue } from './s3-request.ts';
import type { ObjectInfo } from './store.ts';

/** Answers GetObject and HeadObject. */
export const getObject: Operation = (request) => {
  const { s3, method, bucket, key, headers, query } = request;
  const { info, body } = s3.store.getObject(bucket, key);
  const found = objectHeaders(info);
  if (isNotModified(headers, info)) {
    const { etag = '', 'last-modified': lastModified = '' } = found;
    return { status: 304, headers: { etag, 'last-modified': lastModified } };
  }
  const { range, partCount } = requestedRange(request, info);
  const answered: Record<string, string> = {
    ...found,
    ...responseOverrides(query, toHeaderValue),
    ...(range && { 'content-range': contentRange(range, info.size) }),
    ...(partCount !== undefined && { 'x-amz-mp-parts-count': String(partCount) }),
    // A checksum covers the whole object, but clients would compare it with the range that they received.
    ...(!range && headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && checksumHeaders(info)),
  };
  const content = range ? body.subarray(range.start, range.end) : body;
  const response: ServiceResponse = { status: range ? 206 : 200, headers: answered };
  if (method === 'HEAD') answered['content-length'] = String(content.length);
  else response.body = content;
  return response;
};

function requestedRange(
  { headers, query }: S3Request,
  info: ObjectInfo,
): { range?: ByteRange | undefined; partCount?: number } {
  const partNumber = query.get('partNumber');
  if (partNumber === null) {
    return permitsRange(headers, info) ? { range: parseRange(headers.range, info.size) } : {};
  }
  if (headers.range !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  return partRange(readPartNumber(partNumber), info);
}

/** @throws S3Error `InvalidArgument` */
export function readPartNumber(value: string | null): number {
  const partNumber = /^\d{1,5}$/.test(value ?? '') ? Number(value) : 0;
  if (partNumber >= 1 && partNumber <= 10_000) return partNumber;
  const message = 'Part number must be an integer between 1 and 10000, inclusive';
  throw invalidArgument(message, 'partNumber', value ?? '');
}

/** Returns the range of a part. An object that was uploaded in one request is its own only part. */
function partRange(
  partNumber: number,
  { size, parts }: ObjectInfo,
): { range?: ByteRange; partCount?: number } {
  const sizes = parts?.map((part) => part.size) ?? [size];
  const partSize = sizes[partNumber - 1];
  if (partSize === undefined) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      PartNumberRequested: String(partNumber),
      ActualPartCount: String(sizes.length),
    });
  }
  const start = sizes.slice(0, partNumber - 1).reduce((sum, each) => sum + each, 0);
  return {
    ...(partSize > 0 && { range: { start, end: start + partSize } }),
    ...(parts && { partCount: parts.length }),
  };
}
