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

/** Faults to inject. Each function is called with `bucket/key`, and throws if the request should fail. */
export interface ObjectFaults {
  get?: (path: string) => void;
  put?: (path: string) => void;
}

/**
 * Replaces S3 by a store of small objects until the end of the test.
 *
 * @returns Texts and content types by `bucket/key`.
 */
export function keepObjects({ get, put }: ObjectFaults = {}): Map<string, { text: string; type?: string }> {
  const objects = new Map<string, { text: string; type?: string }>();
  const pathOf = ({ Bucket = '', Key = '' }) => `${Bucket}/${Key}`;
  const $metadata = {};

  intercept(S3Client.prototype, GetObjectCommand, async ({ Bucket = '', Key = '' }) => {
    const path = pathOf({ Bucket, Key });
    get?.(path);
    const object = objects.get(path);
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
    put?.(pathOf({ Bucket, Key }));
    const text = Buffer.from(Body as Buffer).toString();
    objects.set(pathOf({ Bucket, Key }), { text, ...(ContentType && { type: ContentType }) });
    return { $metadata };
  });
  intercept(S3Client.prototype, DeleteObjectCommand, async ({ Bucket = '', Key = '' }) => {
    objects.delete(pathOf({ Bucket, Key }));
    return { $metadata };
  });
  intercept(S3Client.prototype, ListObjectsV2Command, async ({ Bucket = '', Prefix = '' }) => {
    const paths = [...objects.keys()].filter((path) => path.startsWith(`${Bucket}/${Prefix}`)).sort();
    const Contents = paths.slice(0, 1_000).map((path) => ({
      Key: path.slice(Bucket.length + 1),
      ETag: hash('md5', objects.get(path)?.text ?? ''),
    }));
    return { Contents, $metadata };
  });
  return objects;
}
