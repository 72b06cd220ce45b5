import { beforeEach, expect, test } from 'vitest';
import { createTestS3, textsOf } from './create-test-s3.ts';

let send: Awaited<ReturnType<typeof createTestS3>>['send'];
beforeEach(async () => {
  ({ send } = await createTestS3());
  const headers = {
    'content-type': 'text/csv',
    'x-amz-meta-a': '1',
    'x-amz-tagging': 't=1',
    'x-amz-storage-class': 'STANDARD_IA',
    'x-amz-checksum-crc32': 'y/Q5Jg==',
  };
  await send('PUT /orders/source', { body: '123456789', headers });
});

const copy = (key: string, headers: Record<string, string> = {}) =>
  send(`PUT /orders/${key}`, { headers: { 'x-amz-copy-source': 'orders/source', ...headers } });

test('copies the content, metadata, tags and checksum, but not the storage class', async () => {
  const { status, body } = await copy('k');
  expect([status, textsOf(body, 'ChecksumCRC32')]).toEqual([200, ['y/Q5Jg==']]);
  const source = await send('GET /orders/source');
  const found = await send('GET /orders/k');
  expect(found).toMatchObject({
    body: '123456789',
    headers: {
      'content-type': 'text/csv',
      'x-amz-meta-a': '1',
      'x-amz-tagging-count': '1',
      etag: source.headers.etag,
    },
  });
  expect(found.headers['x-amz-storage-class']).toBeUndefined();
});

test('replaces metadata and tags if its directives say so', async () => {
  await copy('k', {
    'x-amz-metadata-directive': 'REPLACE',
    'x-amz-tagging-directive': 'REPLACE',
    'content-type': 'text/plain',
    'x-amz-tagging': 'u=2',
    'x-amz-checksum-algorithm': 'SHA256',
  });
  const { headers } = await send('GET /orders/k', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
  expect([headers['content-type'], headers['x-amz-meta-a']]).toEqual(['text/plain', undefined]);
  expect(headers['x-amz-checksum-sha256']).toBe('FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=');
  expect((await send('GET /orders/k?tagging')).body).toContain('<Key>u</Key><Value>2</Value>');
});

test('changes the metadata of an object in place, but refuses to copy it to itself without a change', async () => {
  expect(await copy('source')).toMatchObject({ status: 400, code: 'InvalidRequest' });
  expect((await copy('source', { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-b': '2' })).status).toBe(
    200,
  );
  const { headers, body } = await send('GET /orders/source');
  expect([body, headers['x-amz-meta-a'], headers['x-amz-meta-b']]).toEqual(['123456789', undefined, '2']);
});

test.each(['a b+c/ü%?#🐉', '%41', 'a\rb'])(
  'copies the key %j, which is encoded in the header',
  async (key) => {
    await send(`PUT /orders/${encodeURIComponent(key)}`, { body: key });
    await copy('k', { 'x-amz-copy-source': `/orders/${encodeURIComponent(key)}?versionId=null` });
    expect((await send('GET /orders/k')).body).toBe(key);
  },
);

test.each([
  [{ 'x-amz-copy-source-if-match': '"x"' }, 412, 'PreconditionFailed'],
  [{ 'x-amz-copy-source-if-none-match': '*' }, 412, 'PreconditionFailed'],
  [{ 'x-amz-copy-source-if-unmodified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' }, 412, 'PreconditionFailed'],
  [{ 'x-amz-copy-source-if-modified-since': 'Tue, 01 Jan 2030 00:00:00 GMT' }, 412, 'PreconditionFailed'],
  [{ 'if-none-match': '*' }, 412, 'PreconditionFailed'],
  [{ 'x-amz-copy-source': 'orders/missing' }, 404, 'NoSuchKey'],
  [{ 'x-amz-copy-source': 'missing/source' }, 404, 'NoSuchBucket'],
  [{ 'x-amz-copy-source': 'orders/source?versionId=1' }, 400, 'InvalidArgument'],
  [{ 'x-amz-copy-source': 'orders' }, 400, 'InvalidArgument'],
  [{ 'x-amz-copy-source': 'orders/%' }, 400, 'InvalidArgument'],
  [{ 'x-amz-metadata-directive': 'MOVE' }, 400, 'InvalidArgument'],
  [{ 'x-amz-checksum-algorithm': 'MD4' }, 400, 'InvalidRequest'],
])('a copy with the headers %j fails with status %i and changes nothing', async (headers, status, code) => {
  await send('PUT /orders/k', { body: 'old' });
  expect(await copy('k', headers as unknown as Record<string, string>)).toMatchObject({ status, code });
  expect((await send('GET /orders/k')).body).toBe('old');
});
