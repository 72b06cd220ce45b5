import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { toServiceError, withServiceErrors } from '../errors.ts';

/** An object opened for reading. */
export interface OpenedObject {
  body: Readable;
  /** Size of the whole object, in bytes, even if only a range was opened. */
  size: number;
  etag: string;
}

/** A range of an object's bytes. */
export interface ByteRange {
  from: number;
  /** Exclusive. */
  to: number;
}

/** An entry of a listing. */
export interface ListedObject {
  key: string;
  etag: string;
}

/** Writes a new object piece by piece. The object exists once `close` has resolved. */
export interface ObjectWriter {
  /** Resolves when the writer can accept more, which limits memory to a few parts of 5 MiB. */
  write(text: string): Promise<void>;
  /** Completes the object. Also throws an error that occurred since the last write; a failed upload leaves no parts behind. */
  close(): Promise<void>;
  /** Aborts the upload: no object is created, and no parts are left behind. */
  abandon(): Promise<void>;
}

/** Options of an upload. */
export interface UploadOptions {
  contentType: string;
  /** Called with the number of bytes uploaded so far. */
  onProgress?: (bytes: number) => void;
  /** Aborts the upload, which leaves no parts behind. */
  signal?: AbortSignal;
}

/**
 * S3 operations for order files, receipts and rejected rows. Methods throw `ServiceError`; a body throws its stream's
 * errors.
 */
export interface ObjectStore {
  /** @param range Bytes to read. Default: all. */
  open(bucket: string, key: string, range?: ByteRange): Promise<OpenedObject>;
  /** Lists the first 1,000 objects whose keys begin with `prefix`, in the order of their keys. */
  list(bucket: string, prefix: string): Promise<ListedObject[]>;
  put(bucket: string, key: string, body: string, contentType: string): Promise<void>;
  create(bucket: string, key: string, contentType: string): ObjectWriter;
  /**
   * Uploads a stream, in parts if it is larger than 5 MiB.
   *
   * @returns The object's entity tag.
   */
  upload(bucket: string, key: string, body: Readable, options: UploadOptions): Promise<string>;
  /** Deletes an object. Deleting one that does not exist succeeds. */
  remove(bucket: string, key: string): Promise<void>;
}

export function createObjectStore(client: S3Client): ObjectStore {
  return {
    async open(bucket, key, range) {
      const Range = range && `bytes=${range.from}-${range.to - 1}`;
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...(Range && { Range }) });
      const {
        Body,
        ContentLength = 0,
        ContentRange,
        ETag = '',
      } = await withServiceErrors(`GetObject ${bucket}/${key}`, client.send(command));
      // For example `bytes 0-99/1234`.
      const size = ContentRange ? Number(ContentRange.split('/').at(-1)) : ContentLength;
      return { body: Body as Readable, size, etag: ETag };
    },

    async list(bucket, prefix) {
      // XML cannot represent some characters that keys may contain.
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, EncodingType: 'url' });
      const { Contents = [], EncodingType } = await withServiceErrors(
        `ListObjectsV2 ${bucket}/${prefix}`,
        client.send(command),
      );
      const decoded = (key: string) =>
        EncodingType === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
      return Contents.map(({ Key = '', ETag = '' }) => ({ key: decoded(Key), etag: ETag }));
    },

    async put(bucket, key, body, contentType) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
      });
      await withServiceErrors(`PutObject ${bucket}/${key}`, client.send(command));
    },

    create(bucket, key, contentType) {
      const body = new PassThrough();
      const params = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
      const failed = new AbortController();
      const done = new Upload({ client, params, queueSize: 2 }).done().catch((thrown) => {
        failed.abort();
        throw toServiceError(`PutObject ${bucket}/${key}`, thrown);
      });
      // The next write or `close` reports a failed upload; until then it must not count as an unhandled rejection.
      done.catch(() => undefined);
      // A failed upload destroys its body; `done` has the reason.
      body.on('error', () => undefined);
      return {
        async write(text) {
          if (!body.write(text)) await once(body, 'drain', { signal: failed.signal }).catch(() => done);
        },
        async close() {
          body.end();
          await done;
        },
        async abandon() {
          body.destroy(new Error('upload abandoned'));
          await done.catch(() => undefined);
        },
      };
    },

    async upload(bucket, key, body, { contentType, onProgress, signal }) {
      const params = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
      const upload = new Upload({ client, params, queueSize: 2 });
      upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress?.(loaded));
      // Unlike `upload.abort()`, this lets the upload remove its parts before it fails.
      const abort = () => body.destroy(Object.assign(new Error('upload aborted'), { name: 'AbortError' }));
      signal?.addEventListener('abort', abort, { once: true });
      try {
        if (signal?.aborted) abort();
        const { ETag = '' } = await withServiceErrors(`PutObject ${bucket}/${key}`, upload.done());
        return ETag;
      } finally {
        signal?.removeEventListener('abort', abort);
        body.destroy();
      }
    },

    async remove(bucket, key) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: key });
      await withServiceErrors(`DeleteObject ${bucket}/${key}`, client.send(command));
    },
  };
}
