import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createObjectStore, type ObjectStore } from '../../lib/aws/object-store.ts';
import { type AwsServices, startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients } from '../local/start-test-services.ts';
import { intercept, sdkError } from './intercept.ts';

const BUCKET = 'files';
/** A megabyte of lines. */
const MEGABYTE = `${'x'.repeat(1_023)}\n`.repeat(1_024);

let services: AwsServices;
let clients: ReturnType<typeof connectClients>;
let objects: ObjectStore;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
  clients = connectClients(services.endpoint);
  objects = createObjectStore(clients.s3);
  await clients.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => services.stop());

const read = async (key: string): Promise<string> => text((await objects.open(BUCKET, key)).body);

async function partsLeft(): Promise<number> {
  const { Uploads = [] } = await clients.s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  return Uploads.length;
}

describe('the object store', () => {
  test('opens an object with its body, size and entity tag, even if its key has unusual characters', async () => {
    const key = 'Black Friday/à la carte+50%.json';
    await objects.put(BUCKET, key, '{"naïve":true}', 'application/json');
    const { body, size, etag } = await objects.open(BUCKET, key);
    expect(await text(body)).toBe('{"naïve":true}');
    expect(size).toBe(15);
    expect(etag).toMatch(/^"?[0-9a-f]{32}"?$/);
    const head = await clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
    expect(head.ContentType).toBe('application/json');
  });

  test('throws NoSuchKey with the key of an object that does not exist', async () => {
    const opening = objects.open(BUCKET, 'missing.csv');
    await expect(opening).rejects.toMatchObject({ name: 'ServiceError', code: 'NoSuchKey' });
    await expect(opening).rejects.toThrow('GetObject files/missing.csv');
  });

  test('opens a range of an object with the size and entity tag of the whole object', async () => {
    await objects.put(BUCKET, 'ten', '0123456789', 'text/plain');
    const whole = await objects.open(BUCKET, 'ten');
    whole.body.destroy();
    const { body, size, etag } = await objects.open(BUCKET, 'ten', { from: 3, to: 7 });
    expect(await text(body)).toBe('3456');
    expect({ size, etag }).toEqual({ size: 10, etag: whole.etag });
    const last = await objects.open(BUCKET, 'ten', { from: 8, to: 64 });
    expect(await text(last.body)).toBe('89');
    expect(last.size).toBe(10);
    const beyond = objects.open(BUCKET, 'ten', { from: 10, to: 11 });
    await expect(beyond).rejects.toMatchObject({ name: 'ServiceError', code: 'InvalidRange' });
  });

  test('lists the objects with a prefix in the order of their keys', async () => {
    const keys = ['list/50%+für <José> &amp;', 'list/a b', 'list/a/c', 'lists'];
    for (const key of keys) await objects.put(BUCKET, key, 'any', 'text/plain');
    const listed = await objects.list(BUCKET, 'list/');
    expect(listed.map(({ key }) => key)).toEqual(keys.slice(0, 3));
    const { body, etag } = await objects.open(BUCKET, 'lists');
    body.destroy();
    expect(new Set(listed.map((each) => each.etag))).toEqual(new Set([etag]));
    expect(await objects.list(BUCKET, 'list/none')).toEqual([]);
  });

  test('decodes listed keys that the service has encoded', async () => {
    intercept(clients.s3, ListObjectsV2Command, async ({ EncodingType }) => ({
      Contents: [{ Key: 'a+b%2B%01%F0%9F%90%89', ETag: 'e' }],
      EncodingType,
      $metadata: {},
    }));
    expect(await objects.list(BUCKET, 'a')).toEqual([{ key: 'a b+\u0001🐉', etag: 'e' }]);
  });

  test('removes an object, and succeeds if it does not exist', async () => {
    await objects.put(BUCKET, 'short-lived', 'any', 'text/plain');
    await objects.remove(BUCKET, 'short-lived');
    await objects.remove(BUCKET, 'short-lived');
    await expect(objects.open(BUCKET, 'short-lived')).rejects.toMatchObject({ code: 'NoSuchKey' });
  });

  test('names the bucket in the error of every operation if the bucket does not exist', async () => {
    const named = {
      name: 'ServiceError',
      code: 'NoSuchBucket',
      message: expect.stringContaining('nowhere/key'),
    };
    await expect(objects.open('nowhere', 'key')).rejects.toMatchObject(named);
    await expect(objects.put('nowhere', 'key', 'any', 'text/plain')).rejects.toMatchObject(named);
    await expect(objects.remove('nowhere', 'key')).rejects.toMatchObject(named);
    await expect(objects.list('nowhere', 'key')).rejects.toMatchObject(named);
    const writer = objects.create('nowhere', 'key', 'text/plain');
    await writer.write('any');
    await expect(writer.close()).rejects.toMatchObject(named);
  });
});

describe('upload of a stream', () => {
  test.each([1, 12])('of %i MB returns the entity tag and reports its progress', async (megabytes) => {
    const progress: number[] = [];
    const body = Readable.from(Array.from({ length: megabytes }, () => Buffer.from(MEGABYTE)));
    const etag = await objects.upload(BUCKET, 'streamed.ndjson', body, {
      contentType: 'application/x-ndjson',
      onProgress: (bytes) => progress.push(bytes),
    });
    const opened = await objects.open(BUCKET, 'streamed.ndjson');
    opened.body.destroy();
    expect(opened.etag).toBe(etag);
    expect(opened.size).toBe(megabytes * MEGABYTE.length);
    expect(progress.at(-1)).toBe(megabytes * MEGABYTE.length);
    const head = await clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'streamed.ndjson' }));
    expect(head.ContentType).toBe('application/x-ndjson');
  });

  test('creates no object and leaves no parts behind after an abort', async () => {
    const givingUp = new AbortController();
    const parts = intercept(clients.s3, UploadPartCommand, (input, pass) => {
      givingUp.abort();
      return pass(input);
    });
    const body = Readable.from(Array.from({ length: 12 }, () => Buffer.from(MEGABYTE)));
    const uploading = objects.upload(BUCKET, 'given-up', body, {
      contentType: 'text/plain',
      signal: givingUp.signal,
    });
    await expect(uploading).rejects.toMatchObject({ name: 'ServiceError', code: 'AbortError' });
    expect(parts.length).toBeGreaterThan(0);
    await expect(objects.open(BUCKET, 'given-up')).rejects.toMatchObject({ code: 'NoSuchKey' });
    expect(await partsLeft()).toBe(0);
  });

  test('fails with the error of its stream', async () => {
    const body = new Readable({
      read() {
        this.destroy(Object.assign(new Error('the disk is gone'), { code: 'EIO' }));
      },
    });
    const uploading = objects.upload(BUCKET, 'unread', body, { contentType: 'text/plain' });
    await expect(uploading).rejects.toMatchObject({ name: 'ServiceError', code: 'EIO' });
  });
});

describe('an object writer', () => {
  test('creates a small object with its content type in one request when it is closed', async () => {
    const puts = intercept(clients.s3, PutObjectCommand);
    const writer = objects.create(BUCKET, 'small', 'application/x-ndjson');
    await writer.write('one\n');
    await writer.write('zwölf\n');
    await expect(objects.open(BUCKET, 'small')).rejects.toMatchObject({ code: 'NoSuchKey' });
    await writer.close();
    expect(await read('small')).toBe('one\nzwölf\n');
    expect(puts).toHaveLength(1);
    const head = await clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'small' }));
    expect(head.ContentType).toBe('application/x-ndjson');
  });

  test('uploads parts of 5 MiB while it is being written, with only a few parts in memory', async () => {
    const parts = intercept(clients.s3, UploadPartCommand);
    const writer = objects.create(BUCKET, 'large', 'text/plain');
    for (let megabyte = 1; megabyte <= 32; megabyte++) {
      await writer.write(MEGABYTE);
      // Two parts being uploaded, one being filled, and the buffers of the streams.
      expect(megabyte - 5 * parts.length).toBeLessThanOrEqual(17);
    }
    await writer.close();
    expect(parts).toHaveLength(7);
    expect(await read('large')).toBe(MEGABYTE.repeat(32));
    expect(await partsLeft()).toBe(0);
  });

  test.each([1, 12])(
    'creates no object and leaves no parts behind when it is abandoned after %i MB',
    async (megabytes) => {
      const writer = objects.create(BUCKET, 'abandoned', 'text/plain');
      for (let megabyte = 0; megabyte < megabytes; megabyte++) await writer.write(MEGABYTE);
      await writer.abandon();
      await expect(objects.open(BUCKET, 'abandoned')).rejects.toMatchObject({ code: 'NoSuchKey' });
      expect(await partsLeft()).toBe(0);
    },
  );

  test.each([
    ['its first request', CreateMultipartUploadCommand],
    ['a part', UploadPartCommand],
    ['its completion', CompleteMultipartUploadCommand],
  ] as const)(
    'fails at the next write or at close if %s fails, and leaves no parts behind',
    async (_name, Command) => {
      const lost = sdkError('SlowDown');
      intercept(clients.s3, Command as typeof UploadPartCommand, async () => {
        throw lost;
      });
      const writer = objects.create(BUCKET, 'lost', 'text/plain');
      async function write(): Promise<void> {
        for (let megabyte = 0; megabyte < 40; megabyte++) await writer.write(MEGABYTE);
        await writer.close();
      }
      await expect(write()).rejects.toMatchObject({ name: 'ServiceError', code: 'SlowDown', cause: lost });
      await expect(writer.close()).rejects.toMatchObject({ code: 'SlowDown', cause: lost });
      await expect(objects.open(BUCKET, 'lost')).rejects.toMatchObject({ code: 'NoSuchKey' });
      expect(await partsLeft()).toBe(0);
    },
  );

  test('throws at the next write if the upload failed between writes', async () => {
    const parts = intercept(clients.s3, UploadPartCommand, async () => {
      throw sdkError('SlowDown');
    });
    const writer = objects.create(BUCKET, 'idle', 'text/plain');
    // Both parts that are uploaded concurrently.
    for (let megabyte = 0; megabyte < 11; megabyte++) await writer.write(MEGABYTE);
    await expect.poll(() => parts.length).toBe(2);
    await sleep(50);
    await expect(writer.write('more')).rejects.toMatchObject({ code: 'SlowDown' });
    await expect(writer.close()).rejects.toMatchObject({ code: 'SlowDown' });
    expect(await partsLeft()).toBe(0);
  });

  test('throws at close if the only request of a small object fails', async () => {
    intercept(clients.s3, PutObjectCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const writer = objects.create(BUCKET, 'refused', 'text/plain');
    await writer.write('any');
    await expect(writer.close()).rejects.toMatchObject({ name: 'ServiceError', code: 'AccessDenied' });
  });
});
