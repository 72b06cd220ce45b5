import { beforeEach, describe, expect, test } from 'vitest';
import { createTestS3 } from './create-test-s3.ts';

let send: Awaited<ReturnType<typeof createTestS3>>['send'];
beforeEach(async () => {
  ({ send } = await createTestS3());
});

describe('PutObject', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'application/x-amz-json-1.0',
    'multipart/form-data; boundary=x',
  ])('stores a body of type %s as it was sent', async (type) => {
    const put = await send('PUT /orders/a.csv', { headers: { 'content-type': type }, body: 'a=b&c' });
    expect([put.status, put.headers.etag]).toEqual([200, '"bbac1ff0c1c51734580c28f78759357c"']);
    const { status, headers, body } = await send('GET /orders/a.csv');
    expect([status, headers['content-type'], body]).toEqual([200, type, 'a=b&c']);
  });

  test.each([{}, { 'content-type': '' }])('accepts an empty body with the headers %j', async (headers) => {
    expect((await send('PUT /orders/folder/', { headers })).headers.etag).toBe(
      '"d41d8cd98f00b204e9800998ecf8427e"',
    );
    const head = await send('HEAD /orders/folder/');
    expect(head).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': '0', 'content-type': 'binary/octet-stream' },
    });
  });

  test('keeps metadata, also from the parameters of a presigned URL', async () => {
    const headers = {
      'content-type': 'text/csv',
      'content-encoding': 'gzip',
      'content-language': 'de',
      'content-disposition': 'attachment',
      'cache-control': 'no-cache',
      expires: 'Tue, 01 Jan 2030 00:00:00 GMT',
      'x-amz-meta-customer': 'José',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-website-redirect-location': '/elsewhere',
      'x-amz-tagging': 'a=1&b=2',
    };
    await send('PUT /orders/k?x-amz-meta-source=caf%C3%A9', { headers });
    const { 'x-amz-tagging': _tags, ...kept } = headers;
    const answered = (await send('GET /orders/k')).headers;
    expect(answered).toMatchObject({ ...kept, 'x-amz-tagging-count': '2' });
    expect(Buffer.from(answered['x-amz-meta-source'] ?? '', 'latin1').toString()).toBe('café');
  });

  test('replaces an object and its metadata', async () => {
    await send('PUT /orders/k', { body: 'old', headers: { 'x-amz-meta-a': '1', 'x-amz-tagging': 'a=1' } });
    await send('PUT /orders/k', { body: 'new' });
    const { body, headers } = await send('GET /orders/k');
    expect([body, headers['x-amz-meta-a'], headers['x-amz-tagging-count']]).toEqual([
      'new',
      undefined,
      undefined,
    ]);
  });

  test.each([
    [{ 'if-none-match': '*' }, 'k', 412, 'PreconditionFailed'],
    [{ 'if-none-match': '"x"' }, 'k', 501, 'NotImplemented'],
    [{ 'if-match': '"x"' }, 'k', 412, 'PreconditionFailed'],
    [{ 'if-match': '"x"' }, 'missing', 404, 'NoSuchKey'],
    [{ 'if-modified-since': 'Tue, 01 Jan 2030 00:00:00 GMT' }, 'k', 501, 'NotImplemented'],
  ])(
    'with %j for the key %s fails with status %i and changes nothing',
    async (headers, key, status, code) => {
      await send('PUT /orders/k', { body: 'old' });
      expect(await send(`PUT /orders/${key}`, { headers, body: 'new' })).toMatchObject({ status, code });
      expect((await send('GET /orders/k')).body).toBe('old');
      expect((await send('HEAD /orders/missing')).status).toBe(404);
    },
  );

  test('overwrites the object that If-Match names, and creates one with If-None-Match', async () => {
    const { headers } = await send('PUT /orders/k', { body: 'old', headers: { 'if-none-match': '*' } });
    const put = await send('PUT /orders/k', { body: 'new', headers: { 'if-match': headers.etag ?? '' } });
    expect(put.status).toBe(200);
    expect((await send('GET /orders/k')).body).toBe('new');
  });

  test('refuses metadata above 2 KB and keys above 1,024 bytes', async () => {
    const headers = { 'x-amz-meta-a': 'x'.repeat(2_048) };
    expect((await send('PUT /orders/k', { headers })).code).toBe('MetadataTooLarge');
    expect((await send('PUT /orders/k', { headers: { 'x-amz-meta-a': 'x'.repeat(2_047) } })).status).toBe(
      200,
    );
    expect((await send(`PUT /orders/${'k'.repeat(1_025)}`)).code).toBe('KeyTooLongError');
    expect((await send(`PUT /orders/${'k'.repeat(1_024)}`)).status).toBe(200);
  });

  test.each([
    ['x-amz-server-side-encryption-customer-algorithm', 'AES256', 501],
    ['x-amz-server-side-encryption', 'aws:kms', 501],
    ['x-amz-object-lock-mode', 'GOVERNANCE', 501],
    ['x-amz-write-offset-bytes', '3', 501],
    ['x-amz-unknown', 'any', 501],
    ['x-amz-storage-class', 'DEEP_ARCHIVE', 501],
    ['x-amz-storage-class', 'FAST', 400],
    ['x-amz-acl', 'public-read', 400],
    ['x-amz-grant-read', 'id=1', 400],
    ['x-amz-expected-bucket-owner', '111111111111', 403],
    ['x-amz-tagging', 'a=1&a=2', 400],
    ['x-amz-website-redirect-location', 'nowhere', 400],
  ])('with %s: %s fails with status %i and creates nothing', async (name, value, status) => {
    expect((await send('PUT /orders/k', { headers: { [name]: value } })).status).toBe(status);
    expect((await send('HEAD /orders/k')).status).toBe(404);
  });
});

describe('keys', () => {
  const KEYS = ['a b', 'a+b', 'é/ü', '🐉', 'a\r\nb', '\u0001', '%41', 'a?b#c', '//x', './../y', 'x/', ' '];

  test.each(KEYS)('%j is stored and found as it is', async (key) => {
    await send(`PUT /orders/${encodeURIComponent(key)}`, { body: key });
    expect((await send(`GET /orders/${encodeURIComponent(key)}`)).body).toBe(key);
    await send(`DELETE /orders/${encodeURIComponent(key)}`);
    expect((await send(`GET /orders/${encodeURIComponent(key)}`)).code).toBe('NoSuchKey');
  });

  test.each(['%', '%zz', '%ff'])('%s in a path is refused', async (path) => {
    expect(await send(`GET /orders/${path}`)).toMatchObject({ status: 400, code: 'InvalidURI' });
  });

  test.each([
    'orders.localhost:4566',
    'orders.localhost',
    'orders.s3.localhost',
    'orders.s3.us-east-1.localhost:1',
  ])('are found in the bucket that the host %s names', async (host) => {
    await send('PUT /orders/a/b', { body: 'found' });
    expect((await send('GET /a/b', { headers: { host } })).body).toBe('found');
    expect((await send('GET /', { headers: { host } })).body).toContain('<Key>a/b</Key>');
  });

  test.each(['localhost:4566', 's3.localhost', 's3.us-east-1.localhost:1', '127.0.0.1'])(
    'are found in the bucket of the path if the host is %s',
    async (host) => {
      await send('PUT /orders/a/b', { body: 'found' });
      expect((await send('GET /orders/a/b', { headers: { host } })).body).toBe('found');
    },
  );
});

describe('GetObject', () => {
  beforeEach(async () => {
    await send('PUT /orders/ten', { body: '0123456789' });
  });

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=8-64', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-100', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-1,4-5', 200, '0123456789', undefined],
    ['bytes=5-2', 200, '0123456789', undefined],
    ['rows=1-2', 200, '0123456789', undefined],
  ])('answers Range: %s with status %i and the bytes %s', async (range, status, content, contentRange) => {
    const { headers, ...found } = await send('GET /orders/ten', { headers: { range } });
    expect(found).toMatchObject({ status, body: content });
    expect(headers['content-range']).toBe(contentRange);
    const head = await send('HEAD /orders/ten', { headers: { range } });
    expect([head.status, head.headers['content-length'], head.body]).toEqual([
      status,
      `${content.length}`,
      '',
    ]);
  });

  test.each(['bytes=10-', 'bytes=10-11', 'bytes=-0'])('answers Range: %s with 416', async (range) => {
    expect(await send('GET /orders/ten', { headers: { range } })).toMatchObject({
      status: 416,
      code: 'InvalidRange',
    });
  });

  test('answers a suffix range of an empty object with all of it', async () => {
    await send('PUT /orders/empty');
    const { status, body } = await send('GET /orders/empty', { headers: { range: 'bytes=-5' } });
    expect([status, body]).toEqual([200, '']);
    expect((await send('GET /orders/empty', { headers: { range: 'bytes=0-' } })).status).toBe(416);
  });

  const ETAG = '"781e5e245d69b566979b86e28d23f2c7"';
  const PAST = 'Mon, 01 Jan 2001 00:00:00 GMT';
  const FUTURE = 'Tue, 01 Jan 2030 00:00:00 GMT';
  test.each([
    [{ 'if-match': ETAG }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': `"x", ${ETAG}` }, 200],
    [{ 'if-match': '"x"' }, 412],
    [{ 'if-none-match': ETAG }, 304],
    [{ 'if-none-match': '"x"' }, 200],
    [{ 'if-modified-since': PAST }, 200],
    [{ 'if-modified-since': FUTURE }, 304],
    [{ 'if-unmodified-since': PAST }, 412],
    [{ 'if-unmodified-since': FUTURE }, 200],
    [{ 'if-match': ETAG, 'if-unmodified-since': PAST }, 200],
    [{ 'if-none-match': '"x"', 'if-modified-since': FUTURE }, 200],
    [{ 'if-modified-since': 'no date' }, 200],
  ])('with %j answers %i', async (conditions, status) => {
    const headers = conditions as unknown as Record<string, string>;
    const found = await send('GET /orders/ten', { headers });
    expect(found.status).toBe(status);
    expect((await send('HEAD /orders/ten', { headers })).status).toBe(status);
    if (status === 304) expect(found).toMatchObject({ body: '', headers: { etag: ETAG } });
  });

  test('ignores Range if If-Range names another version', async () => {
    const read = async (condition: string) =>
      (await send('GET /orders/ten', { headers: { range: 'bytes=0-1', 'if-range': condition } })).body;
    expect([await read(ETAG), await read('"x"')]).toEqual(['01', '0123456789']);
  });

  test('answers with the headers that its parameters name', async () => {
    const query = new URLSearchParams({
      'response-content-type': 'text/csv',
      'response-content-disposition': 'attachment; filename="é.csv"',
    });
    const { headers } = await send(`GET /orders/ten?${query}`);
    expect(headers['content-type']).toBe('text/csv');
    expect(Buffer.from(headers['content-disposition'] ?? '', 'latin1').toString()).toContain('é.csv');
    const split = await send('GET /orders/ten?response-content-type=a%0d%0ab');
    expect(split).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  test('answers an error with its details and the IDs of the request', async () => {
    const { status, headers, body } = await send('GET /orders/a%26b');
    expect(status).toBe(404);
    expect(headers).toMatchObject({ 'x-amz-request-id': 'request-1', 'content-type': 'application/xml' });
    expect(body).toContain('<Code>NoSuchKey</Code>');
    expect(body).toContain(
      '<Key>a&amp;b</Key><Resource>/orders/a%26b</Resource><RequestId>request-1</RequestId>',
    );
    expect(await send('HEAD /orders/a%26b')).toMatchObject({ status: 404, body: '' });
    expect((await send('GET /nowhere/k')).code).toBe('NoSuchBucket');
  });
});

test('DeleteObject succeeds for a missing object, and its condition protects a changed one', async () => {
  await send('PUT /orders/k', { body: 'new' });
  const refused = await send('DELETE /orders/k', { headers: { 'if-match': '"old"' } });
  expect(refused).toMatchObject({ status: 412, code: 'PreconditionFailed' });
  expect((await send('GET /orders/k')).body).toBe('new');
  const statuses = [(await send('DELETE /orders/k')).status, (await send('DELETE /orders/k')).status];
  expect(statuses).toEqual([204, 204]);
  expect((await send('GET /orders/k')).status).toBe(404);
});
