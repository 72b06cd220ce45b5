import { hash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createTestS3, textsOf } from './create-test-s3.ts';

let send: Awaited<ReturnType<typeof createTestS3>>['send'];
let uploadId: string;
const MEBIBYTE = 1024 * 1024;
const LARGE = Buffer.alloc(5 * MEBIBYTE, 'a');

async function create(key = 'large', headers: Record<string, string> = {}): Promise<string> {
  const { body } = await send(`POST /orders/${key}?uploads`, { headers });
  return textsOf(body, 'UploadId')[0] ?? '';
}

const upload = async (partNumber: number, body: string | Buffer, headers: Record<string, string> = {}) =>
  send(`PUT /orders/large?partNumber=${partNumber}&uploadId=${uploadId}`, { body, headers });

const complete = (
  parts: [partNumber: number, etag: string | undefined][],
  headers: Record<string, string> = {},
) =>
  send(`POST /orders/large?uploadId=${uploadId}`, {
    headers,
    body: `<CompleteMultipartUpload>${parts.map(([partNumber, etag]) => `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag></Part>`).join('')}</CompleteMultipartUpload>`,
  });

beforeEach(async () => {
  ({ send } = await createTestS3());
  uploadId = await create('large', {
    'content-type': 'text/csv',
    'x-amz-meta-a': '1',
    'x-amz-tagging': 'b=2',
  });
});

describe('a multipart upload', () => {
  test('creates the object with its metadata when it is completed', async () => {
    await upload(1, 'replaced');
    const [first, last] = [await upload(1, LARGE), await upload(7, 'end')];
    expect((await send('HEAD /orders/large')).status).toBe(404);
    const { status, body } = await complete([
      [1, first.headers.etag],
      [7, last.headers.etag?.replaceAll('"', '&quot;')],
    ]);
    const digest = hash('md5', Buffer.from(hash('md5', LARGE) + hash('md5', 'end'), 'hex'));
    expect(status).toBe(200);
    expect(textsOf(body, 'ETag')).toEqual([`&quot;${digest}-2&quot;`]);
    const found = await send('GET /orders/large', { headers: { range: 'bytes=-4' } });
    expect(found.body).toBe('aend');
    expect(found.headers).toMatchObject({
      etag: `"${digest}-2"`,
      'content-type': 'text/csv',
      'x-amz-meta-a': '1',
      'x-amz-tagging-count': '1',
      'content-range': `bytes ${LARGE.length - 1}-${LARGE.length + 2}/${LARGE.length + 3}`,
    });
    expect((await complete([[1, first.headers.etag]])).code).toBe('NoSuchUpload');
  });

  test('is read by part', async () => {
    const [first, last] = [await upload(1, LARGE), await upload(2, 'end')];
    await complete([
      [1, first.headers.etag],
      [2, last.headers.etag],
    ]);
    const { status, headers, body } = await send('GET /orders/large?partNumber=2');
    expect([status, body, headers['x-amz-mp-parts-count']]).toEqual([206, 'end', '2']);
    expect((await send('GET /orders/large?partNumber=3')).code).toBe('InvalidPartNumber');
    const both = await send('GET /orders/large?partNumber=2', { headers: { range: 'bytes=0-1' } });
    expect(both.code).toBe('InvalidRequest');
  });

  test('is refused with wrong parts, and can be completed afterwards', async () => {
    const parts = [await upload(1, 'small'), await upload(2, 'end')].map(({ headers }) => headers.etag);
    const codes = [
      await complete([]),
      await complete([[1, '"0"']]),
      await complete([[3, parts[0]]]),
      await complete([
        [2, parts[1]],
        [1, parts[0]],
      ]),
      await complete([
        [1, parts[0]],
        [1, parts[0]],
      ]),
      await complete([
        [1, parts[0]],
        [2, parts[1]],
      ]),
      await complete([[1, parts[0]]], { 'x-amz-mp-object-size': '6' }),
    ].map(({ code }) => code);
    expect(codes).toEqual([
      'MalformedXML',
      'InvalidPart',
      'InvalidPart',
      'InvalidPartOrder',
      'InvalidPartOrder',
      'EntityTooSmall',
      'InvalidRequest',
    ]);
    expect((await complete([[2, parts[1]]])).status).toBe(200);
    expect((await send('GET /orders/large')).body).toBe('end');
  });

  test('keeps an existing object if its condition fails', async () => {
    await send('PUT /orders/large', { body: 'old' });
    const { etag } = (await upload(1, 'new')).headers;
    expect((await complete([[1, etag]], { 'if-none-match': '*' })).code).toBe('PreconditionFailed');
    expect((await send('GET /orders/large')).body).toBe('old');
  });

  test('has a part of zero bytes', async () => {
    await complete([[1, (await upload(1, '')).headers.etag]]);
    expect((await send('HEAD /orders/large')).headers['content-length']).toBe('0');
  });

  test('copies parts and ranges of them from other objects', async () => {
    await send('PUT /orders/source', { body: '0123456789' });
    const source = { 'x-amz-copy-source': '/orders/source' };
    const copied = await upload(1, '', { ...source, 'x-amz-copy-source-range': 'bytes=2-5' });
    expect(copied.status).toBe(200);
    for (const range of ['bytes=2-10', 'bytes=2-', 'bytes=-2']) {
      const refused = await upload(1, '', { ...source, 'x-amz-copy-source-range': range });
      expect(refused.code).toBe('InvalidArgument');
    }
    await complete([[1, textsOf(copied.body, 'ETag')[0]]]);
    expect((await send('GET /orders/large')).body).toBe('2345');
  });

  test('is aborted once, and its parts are gone', async () => {
    await upload(1, 'any');
    const abort = () => send(`DELETE /orders/large?uploadId=${uploadId}`);
    expect((await abort()).status).toBe(204);
    const codes = [
      await abort(),
      await upload(1, 'any'),
      await send(`GET /orders/large?uploadId=${uploadId}`),
    ];
    expect(codes.map(({ code }) => code)).toEqual(['NoSuchUpload', 'NoSuchUpload', 'NoSuchUpload']);
  });

  test.each(['0', '10001', 'x', ''])('refuses the part number %j', async (partNumber) => {
    const put = await send(`PUT /orders/large?partNumber=${partNumber}&uploadId=${uploadId}`, {
      body: 'any',
    });
    expect(put).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

describe('checksums of a multipart upload', () => {
  const raw = (text: string | Buffer) => hash('sha256', text, 'buffer');

  test('are composed of those of the parts', async () => {
    uploadId = await create('large', { 'x-amz-checksum-algorithm': 'SHA256' });
    const parts = [await upload(1, LARGE), await upload(2, 'end')];
    expect(parts[1]?.headers['x-amz-checksum-sha256']).toBe(raw('end').toString('base64'));
    const { body } = await complete([
      [1, parts[0]?.headers.etag],
      [2, parts[1]?.headers.etag],
    ]);
    const composite = `${hash('sha256', Buffer.concat([raw(LARGE), raw('end')]), 'base64')}-2`;
    expect([textsOf(body, 'ChecksumSHA256'), textsOf(body, 'ChecksumType')]).toEqual([
      [composite],
      ['COMPOSITE'],
    ]);
    const attributes = await send('GET /orders/large?attributes', {
      headers: { 'x-amz-object-attributes': 'Checksum,ObjectParts,ObjectSize,ETag,StorageClass' },
    });
    expect(textsOf(attributes.body, 'ChecksumSHA256')).toEqual([
      composite,
      raw(LARGE).toString('base64'),
      raw('end').toString('base64'),
    ]);
    expect(attributes.body).toContain(`<PartsCount>2</PartsCount>`);
    expect(attributes.body).toContain(`<ObjectSize>${LARGE.length + 3}</ObjectSize>`);
  });

  test('are those of the whole object if it was created so, and are verified', async () => {
    uploadId = await create('large', {
      'x-amz-checksum-algorithm': 'crc32',
      'x-amz-checksum-type': 'FULL_OBJECT',
    });
    const { etag } = (await upload(1, '123456789')).headers;
    expect((await complete([[1, etag]], { 'x-amz-checksum-crc32': 'AAAAAA==' })).code).toBe('BadDigest');
    const { body } = await complete([[1, etag]], { 'x-amz-checksum-crc32': 'y/Q5Jg==' });
    expect([textsOf(body, 'ChecksumCRC32'), textsOf(body, 'ChecksumType')]).toEqual([
      ['y/Q5Jg=='],
      ['FULL_OBJECT'],
    ]);
  });

  test('must have the algorithm of the upload', async () => {
    uploadId = await create('large', { 'x-amz-checksum-algorithm': 'SHA256' });
    const put = await upload(1, '123456789', { 'x-amz-checksum-crc32': 'y/Q5Jg==' });
    expect(put).toMatchObject({ status: 400, code: 'InvalidRequest' });
    const sha = { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'FULL_OBJECT' };
    expect((await send('POST /orders/large?uploads', { headers: sha })).code).toBe('InvalidRequest');
  });
});

describe('listings', () => {
  test('ListParts lists the parts by number in pages', async () => {
    for (const partNumber of [10, 2, 1]) await upload(partNumber, `part ${partNumber}`);
    const list = async (query: string) =>
      (await send(`GET /orders/large?uploadId=${uploadId}&${query}`)).body;
    const first = await list('max-parts=2');
    expect(textsOf(first, 'PartNumber')).toEqual(['1', '2']);
    expect(first).toContain('<NextPartNumberMarker>2</NextPartNumberMarker>');
    expect(first).toContain('<IsTruncated>true</IsTruncated>');
    const second = await list('max-parts=2&part-number-marker=2');
    expect(textsOf(second, 'PartNumber')).toEqual(['10']);
    expect([textsOf(second, 'Size'), textsOf(second, 'IsTruncated')]).toEqual([['7'], ['false']]);
  });

  test.each([1, 2, 1_000])(
    'ListMultipartUploads lists uploads by key and initiation, in pages of %i',
    async (size) => {
      const ids = [
        uploadId,
        await create('u/2'),
        await create('u/1'),
        await create('u/1'),
        await create('🐉'),
      ];
      const found: (string | undefined)[] = [];
      const prefixes: (string | undefined)[] = [];
      for (const delimiter of ['', '/']) {
        for (let marker: string | undefined = ''; marker !== undefined; ) {
          const query = `uploads&encoding-type=url&max-uploads=${size}&delimiter=${delimiter}${marker}`;
          const { body } = await send(`GET /orders?${query}`);
          if (delimiter) prefixes.push(...textsOf(body, 'CommonPrefixes'));
          else found.push(...textsOf(body, 'Upload').map((xml) => textsOf(xml, 'UploadId')[0]));
          const [key, id] = [textsOf(body, 'NextKeyMarker')[0], textsOf(body, 'NextUploadIdMarker')[0]];
          marker = key === undefined ? undefined : `&key-marker=${key}&upload-id-marker=${id}`;
        }
      }
      expect(found).toEqual([ids[0], ids[2], ids[3], ids[1], ids[4]]);
      expect(prefixes).toEqual(['<Prefix>u/</Prefix>']);
      expect(textsOf((await send('GET /orders?uploads&prefix=u/2')).body, 'UploadId')).toEqual([ids[1]]);
    },
  );
});
