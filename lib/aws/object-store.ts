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
  /** Of the whole object, in bytes. */
  size: number;
  etag: string;
}

/** Bytes of an object, from one place to before another. */
export interface ByteRange {
  from: number;
  to: number;
}

/** An object as a listing has it. */
export interface ListedObject {
  key: string;
  etag: string;
}

/** A new object that is written piece by piece; it exists once `close` has resolved. */
export interface ObjectWriter {
  /** Resolves when there is room for more: memory stays at a few parts of 5 MiB. */
  write(text: string): Promise<void>;
  /** Tells what went wrong since the last write, too. A writer that failed leaves no parts behind. */
  close(): Promise<void>;
  /** Gives it up: there will be no object, and no parts are left behind. */
  abandon(): Promise<void>;
}

/** How an object goes up. */
export interface UploadOptions {
  contentType: string;
  /** Told how many bytes are up. */
  onProgress?: (bytes: number) => void;
  /** Ends it, and leaves no parts behind. */
  signal?: AbortSignal;
}

/** S3 objects, as order files, receipts and rejected rows need them. Methods throw `ServiceError`; a body, its own errors. */
export interface ObjectStore {
  /** @param range what to read; all where it is left out */
  open(bucket: string, key: string, range?: ByteRange): Promise<OpenedObject>;
  /** The first 1,000 objects, by their keys, whose keys begin so. */
  list(bucket: string, prefix: string): Promise<ListedObject[]>;
  put(bucket: string, key: string, body: string, contentType: string): Promise<void>;
  create(bucket: string, key: string, contentType: string): ObjectWriter;
  /**
   * Puts what a stream holds, in parts where it is more than 5 MiB.
   *
   * @returns the object's entity tag
   */
  upload(bucket: string, key: string, body: Readable, options: UploadOptions): Promise<string>;
  /** Deletes an object; one that does not exist is none the worse for it. */
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
      // Such as `bytes 0-99/1234`.
      const size = ContentRange ? Number(ContentRange.split('/').at(-1)) : ContentLength;
      return { body: Body as Readable, size, etag: ETag };
    },

    async list(bucket, prefix) {
      // XML has no place for some characters that keys may have.
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
      // A failed upload is told at the next write or at close; it must not count as unhandled until then.
      done.catch(() => undefined);
      // The upload drops its body when it fails; why, only the upload itself knows.
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
          body.destroy(new Error('given up'));
          await done.catch(() => undefined);
        },
      };
    },

    async upload(bucket, key, body, { contentType, onProgress, signal }) {
      const params = { Bucket: bucket, Key: key, Body: body, ContentType: contentType };
      const upload = new Upload({ client, params, queueSize: 2 });
      upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress?.(loaded));
      const abort = () => void upload.abort();
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
