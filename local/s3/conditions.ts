import { noSuchKey, notImplemented, preconditionFailed } from './s3-error.ts';
import type { Headers } from './s3-request.ts';
import type { ObjectInfo } from './store.ts';

/** Values of the four conditional headers. */
interface Conditions {
  match: string | undefined;
  noneMatch: string | undefined;
  modifiedSince: string | undefined;
  unmodifiedSince: string | undefined;
}

const readConditions = (headers: Headers, prefix = ''): Conditions => ({
  match: headers[`${prefix}if-match`],
  noneMatch: headers[`${prefix}if-none-match`],
  modifiedSince: headers[`${prefix}if-modified-since`],
  unmodifiedSince: headers[`${prefix}if-unmodified-since`],
});

/** Returns whether a list of entity tags, such as `"a", "b"` or `*`, contains an object's. */
const contains = (list: string, { etag }: ObjectInfo) =>
  list.split(',').some((item) => {
    const tag = item.trim().replace(/^W\//, '').replaceAll('"', '');
    return tag === '*' || tag === etag;
  });

/** Returns whether an object was modified after a date. HTTP's dates have whole seconds. An invalid date returns undefined. */
function modifiedAfter(date: string, { lastModified }: ObjectInfo): boolean | undefined {
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : Math.floor(lastModified / 1_000) > Math.floor(time / 1_000);
}

/**
 * Evaluates the conditions of reading an object, in the order of https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2.
 *
 * @returns The condition that failed, or `not-modified`.
 */
function evaluate(conditions: Conditions, info: ObjectInfo): string | undefined {
  const { match, noneMatch, modifiedSince, unmodifiedSince } = conditions;
  if (match !== undefined) {
    if (!contains(match, info)) return 'If-Match';
  } else if (unmodifiedSince !== undefined && modifiedAfter(unmodifiedSince, info)) {
    return 'If-Unmodified-Since';
  }
  if (noneMatch !== undefined) return contains(noneMatch, info) ? 'not-modified' : undefined;
  const unmodified = modifiedSince !== undefined && modifiedAfter(modifiedSince, info) === false;
  return unmodified ? 'not-modified' : undefined;
}

/** Returns whether a conditional read must be answered with 304. @throws S3Error `PreconditionFailed` */
export function isNotModified(headers: Headers, info: ObjectInfo): boolean {
  const failed = evaluate(readConditions(headers), info);
  if (failed === undefined) return false;
  if (failed === 'not-modified') return true;
  throw preconditionFailed(failed);
}

/** Checks the conditions for the source of a copy. @throws S3Error `PreconditionFailed` */
export function checkCopySource(headers: Headers, info: ObjectInfo): void {
  const failed = evaluate(readConditions(headers, 'x-amz-copy-source-'), info);
  if (failed !== undefined) {
    throw preconditionFailed(failed === 'not-modified' ? 'x-amz-copy-source-If-None-Match' : failed);
  }
}

/**
 * Checks the conditions of a write: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 *
 * @param existing The object that would be replaced or deleted, if there is one.
 * @throws S3Error `PreconditionFailed`, `NoSuchKey`, `NotImplemented` for conditions that S3 does not implement
 */
export function checkWrite(headers: Headers, key: string, existing: ObjectInfo | undefined): void {
  const { match, noneMatch, modifiedSince, unmodifiedSince } = readConditions(headers);
  if (modifiedSince !== undefined || unmodifiedSince !== undefined) {
    throw notImplemented('writes with If-Modified-Since or If-Unmodified-Since');
  }
  if (noneMatch !== undefined) {
    if (noneMatch.trim() !== '*') throw notImplemented('writes with If-None-Match of an entity tag');
    if (existing) throw preconditionFailed('If-None-Match');
  }
  if (match === undefined) return;
  if (!existing) throw noSuchKey(key);
  if (!contains(match, existing)) throw preconditionFailed('If-Match');
}

/** Returns whether `If-Range` permits a range of an object, rather than all of it. */
export function permitsRange(headers: Headers, info: ObjectInfo): boolean {
  const condition = headers['if-range'];
  if (condition === undefined) return true;
  return condition.includes('"') ? contains(condition, info) : modifiedAfter(condition, info) === false;
}
