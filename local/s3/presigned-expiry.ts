import { S3Error } from './s3-error.ts';

/** A week: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
const MAX_EXPIRES_SECONDS = 604_800;

/**
 * Refuses a presigned URL that has expired. Signatures are not verified.
 *
 * @param now Unix time in milliseconds.
 * @throws S3Error `AccessDenied`, `AuthorizationQueryParametersError`
 */
export function checkExpiry(query: URLSearchParams, now: number): void {
  const expires = query.get('X-Amz-Expires');
  if (expires !== null) {
    const seconds = readSeconds(expires);
    refuseExpired(readDate(query.get('X-Amz-Date') ?? '') + 1_000 * seconds, now, {
      'X-Amz-Expires': expires,
    });
  }
  // Signature version 2.
  const time = query.get('Expires');
  if (time === null || !query.has('Signature')) return;
  if (!/^\d{1,12}$/.test(time)) {
    throw new S3Error('AccessDenied', `Invalid date (should be seconds since epoch): ${time}`, 403);
  }
  refuseExpired(1_000 * Number(time), now, {});
}

function readSeconds(expires: string): number {
  if (!/^-?\d+$/.test(expires)) throw invalidParameter('X-Amz-Expires should be a number');
  const seconds = Number(expires);
  if (seconds < 0) throw invalidParameter('X-Amz-Expires must be non-negative');
  if (seconds <= MAX_EXPIRES_SECONDS) return seconds;
  throw invalidParameter(
    'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
  );
}

/** Reads a time such as `20261130T220100Z`. */
function readDate(text: string): number {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const time = iso === text ? Number.NaN : Date.parse(iso);
  if (!Number.isNaN(time)) return time;
  throw invalidParameter("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
}

function refuseExpired(expiry: number, now: number, details: Record<string, string>): void {
  if (now <= expiry) return;
  const times = { Expires: isoSeconds(expiry), ServerTime: isoSeconds(now) };
  throw new S3Error('AccessDenied', 'Request has expired', 403, { ...details, ...times });
}

const isoSeconds = (time: number) => new Date(time).toISOString().replace(/\.\d+/, '');

const invalidParameter = (message: string) => new S3Error('AuthorizationQueryParametersError', message);
