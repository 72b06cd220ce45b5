import { hash } from 'node:crypto';
import { decodeAwsChunked, incompleteBody, malformedTrailer } from './aws-chunked.ts';
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumHeader,
  computeChecksum,
  isBase64,
  isChecksum,
} from './checksums.ts';
import { invalidArgument, invalidRequest, notImplemented, S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';
import { checkSize } from './store.ts';

/** The verified content of a request. */
export interface Payload {
  body: Buffer;
  checksum?: Checksum;
}

/**
 * Values of `x-amz-content-sha256` besides a hash:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
const UNHASHED_PAYLOADS = [
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD',
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER',
];

/**
 * Decodes a request's body and verifies its length and its checksums.
 *
 * @throws S3Error `IncompleteBody`, `BadDigest`, `InvalidDigest`, `XAmzContentSHA256Mismatch` and such
 */
export function readPayload({ headers, body: sent }: { headers: Headers; body: Buffer }): Payload {
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== sent.length) throw incompleteBody();
  const { body, trailers } = decodeBody(headers, sent);
  checkSize(body.length);
  verifySha256(headers['x-amz-content-sha256'], body);
  verifyMd5(headers['content-md5'], body);
  const checksum = verifyChecksum({ ...headers, ...trailers }, body);
  if (!checksum && headers['x-amz-sdk-checksum-algorithm'] !== undefined) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  return { body, ...(checksum && { checksum }) };
}

const isAwsChunked = (headers: Headers) =>
  headers['x-amz-content-sha256']?.startsWith('STREAMING-') ||
  /\baws-chunked\b/i.test(headers['content-encoding'] ?? '');

function decodeBody(headers: Headers, sent: Buffer): { body: Buffer; trailers: Record<string, string> } {
  if (!isAwsChunked(headers)) return { body: sent, trailers: {} };
  const { body, trailers } = decodeAwsChunked(sent, headers['x-amz-decoded-content-length']);
  const declared = (headers['x-amz-trailer'] ?? '').toLowerCase().split(',');
  const expected = declared.map((name) => name.trim()).filter(Boolean);
  for (const name of expected) {
    if (trailers[name] === undefined) throw malformedTrailer();
    if (!CHECKSUM_ALGORITHMS.some((algorithm) => checksumHeader(algorithm) === name)) {
      throw notImplemented(`the trailer ${name}`);
    }
  }
  for (const name of Object.keys(trailers)) {
    if (!expected.includes(name) && name !== 'x-amz-trailer-signature') throw malformedTrailer();
  }
  return { body, trailers };
}

function verifySha256(expected: string | undefined, body: Buffer): void {
  if (expected === undefined || UNHASHED_PAYLOADS.includes(expected)) return;
  if (!/^[0-9a-f]{64}$/i.test(expected)) {
    throw invalidArgument(
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING-… value, or a valid sha256 value.',
      'x-amz-content-sha256',
      expected,
    );
  }
  const computed = hash('sha256', body, 'hex');
  if (computed === expected.toLowerCase()) return;
  throw new S3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    { ClientComputedContentSHA256: expected, S3ComputedContentSHA256: computed },
  );
}

function verifyMd5(expected: string | undefined, body: Buffer): void {
  if (expected === undefined) return;
  if (!isBase64(expected, 16)) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  const computed = hash('md5', body, 'base64');
  if (computed === expected) return;
  throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
    ExpectedDigest: expected,
    CalculatedDigest: computed,
  });
}

/** Returns the only checksum among headers, unverified. @throws S3Error `InvalidRequest` */
export function checksumOf(headers: Headers): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const [algorithm, ...others] = CHECKSUM_ALGORITHMS.filter(
    (each) => headers[checksumHeader(each)] !== undefined,
  );
  if (!algorithm) return undefined;
  if (others.length > 0) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  return { algorithm, value: headers[checksumHeader(algorithm)] as string };
}

/** Verifies the checksum among headers, form fields or trailers, if there is one. */
export function verifyChecksum(headers: Headers, body: Buffer): Checksum | undefined {
  const expected = checksumOf(headers);
  if (!expected) return undefined;
  const { algorithm, value } = expected;
  if (!isChecksum(algorithm, value)) {
    throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  if (computeChecksum(algorithm, body) !== value) throw badChecksum(algorithm);
  return { algorithm, value, type: 'FULL_OBJECT' };
}

export const badChecksum = (algorithm: ChecksumAlgorithm) =>
  new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
