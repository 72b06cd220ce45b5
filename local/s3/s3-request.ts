import type { ServiceRequest, ServiceResponse } from '../aws-services/service.ts';
import type { Caller, Enforcement } from '../iam/caller.ts';
import type { Checksum } from './checksums.ts';
import type { Notifications } from './notifications.ts';
import { S3Error } from './s3-error.ts';
import { toBytes } from './sorted-keys.ts';
import type { Bucket, S3Store } from './store.ts';

/** The buckets with their objects, and the notifications of new objects. */
export interface S3 {
  store: S3Store;
  notifications: Notifications;
  /** The access that the API checks. */
  enforcement: Enforcement;
}

/** Headers by lower-case name. Values contain one character for each byte, as in Node. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** A request for a bucket or an object. */
export interface S3Request {
  s3: S3;
  method: string;
  query: URLSearchParams;
  headers: Headers;
  /** Decoded and verified body, see `readPayload`. */
  body: Buffer;
  /** Verified checksum of the body. */
  checksum?: Checksum;
  bucket: Bucket;
  /** Empty for requests for a bucket. */
  key: string;
  /** `undefined` if nothing is enforced, and for a form, which contains its credentials. */
  caller?: Caller | undefined;
  sourceIp: string;
  requestId: string;
  /** Sent as `x-amz-id-2`. */
  hostId: string;
}

/** Answers one operation. Throws S3Errors. */
export type Operation = (request: S3Request) => ServiceResponse;

/**
 * Returns a request's headers and those that a presigned URL contains as parameters instead.
 *
 * Checksums in a URL are not headers: clients compute them before there is a body, and S3 ignores them.
 */
export function readHeaders({ headers, query }: ServiceRequest): Headers {
  const read: Record<string, string> = {};
  for (const [name, value] of query) {
    // Lower-case names only: `X-Amz-Signature` and such belong to the signature.
    const isHeader = name.startsWith('x-amz-') && !/^x-amz-(sdk-)?checksum-(?!mode$)/.test(name);
    if (isHeader) read[name] = toHeaderValue(name, value);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) read[name] = String(value);
  }
  return read;
}

/** Returns text as a header's value, in UTF-8. @throws S3Error `InvalidArgument` for control characters such as line breaks */
export function toHeaderValue(name: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what headers must not contain.
  if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(text)) {
    throw new S3Error('InvalidArgument', `${name} must not contain control characters`, 400, {
      ArgumentName: name,
    });
  }
  return toBytes(text);
}

export const xmlResponse = (body: string, headers: Record<string, string> = {}): ServiceResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml', ...headers },
  body,
});

export const noContent = (): ServiceResponse => ({ status: 204 });

/** Returns the path-style URL of an object at the endpoint of a request. */
export function objectUrl({ host = 'localhost' }: Headers, bucket: string, key: string): string {
  const endpoint = host.startsWith(`${bucket}.`) ? host.slice(bucket.length + 1) : host;
  return `http://${endpoint}/${bucket}/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
}
