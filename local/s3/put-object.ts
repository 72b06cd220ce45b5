import { checkWrite } from './conditions.ts';
import type { CreatedEvent } from './notifications.ts';
import { checksumHeaders, ENCRYPTION, readSettings } from './object-headers.ts';
import type { Operation, S3Request } from './s3-request.ts';
import { md5, type ObjectInfo } from './store.ts';
import { quote } from './xml.ts';

/**
 * Creates or replaces the object of a request, and notifies the bucket's topics.
 *
 * @param body Must not be changed afterwards.
 * @param key Default: the request's key.
 */
export function storeObject(
  request: S3Request,
  info: ObjectInfo,
  body: Buffer,
  eventName: CreatedEvent,
  key = request.key,
): void {
  const { s3, bucket } = request;
  s3.store.putObject(bucket, key, info, body);
  s3.notifications.created({
    ...request,
    bucket: bucket.name,
    key,
    eventName,
    size: info.size,
    etag: info.etag,
  });
}

export const putObject: Operation = (request) => {
  const { headers, bucket, key, body, checksum } = request;
  checkWrite(headers, key, bucket.objects.get(key)?.info);
  const info: ObjectInfo = {
    ...readSettings(headers),
    etag: md5(body),
    size: body.length,
    lastModified: Date.now(),
    ...(checksum && { checksum }),
  };
  storeObject(request, info, body, 'ObjectCreated:Put');
  return { status: 200, headers: { etag: quote(info.etag), ...checksumHeaders(info), ...ENCRYPTION } };
};
