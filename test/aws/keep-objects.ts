import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { intercept, sdkError } from './intercept.ts';

/** What may go wrong with objects: each is called with the object's place, and throws where it shall fail. */
export interface ObjectFaults {
  get?: (place: string) => void;
  put?: (place: string) => void;
}

/**
 * Keeps small objects in the place of S3 until the test is over.
 *
 * @returns their texts and content types by place, `bucket/key`
 */
export function keepObjects({ get, put }: ObjectFaults = {}): Map<string, { text: string; type?: string }> {
  const objects = new Map<string, { text: string; type?: string }>();
  const placeOf = ({ Bucket = '', Key = '' }) => `${Bucket}/${Key}`;
  const $metadata = {};

  intercept(S3Client.prototype, GetObjectCommand, async ({ Bucket = '', Key = '' }) => {
    const place = placeOf({ Bucket, Key });
    get?.(place);
    const object = objects.get(place);
    if (!object) throw sdkError('NoSuchKey');
    const ContentLength = Buffer.byteLength(object.text);
    return {
      Body: Readable.from([Buffer.from(object.text)]) as never,
      ContentLength,
      ETag: '"etag"',
      $metadata,
    };
  });
  intercept(S3Client.prototype, PutObjectCommand, async ({ Bucket = '', Key = '', Body, ContentType }) => {
    put?.(placeOf({ Bucket, Key }));
    const text = Buffer.from(Body as Buffer).toString();
    objects.set(placeOf({ Bucket, Key }), { text, ...(ContentType && { type: ContentType }) });
    return { $metadata };
  });
  intercept(S3Client.prototype, DeleteObjectCommand, async ({ Bucket = '', Key = '' }) => {
    objects.delete(placeOf({ Bucket, Key }));
    return { $metadata };
  });
  intercept(S3Client.prototype, ListObjectsV2Command, async ({ Bucket = '', Prefix = '' }) => {
    const places = [...objects.keys()].filter((place) => place.startsWith(`${Bucket}/${Prefix}`)).sort();
    const Contents = places.slice(0, 1_000).map((place) => ({
      Key: place.slice(Bucket.length + 1),
      ETag: hash('md5', objects.get(place)?.text ?? ''),
    }));
    return { Contents, $metadata };
  });
  return objects;
}
