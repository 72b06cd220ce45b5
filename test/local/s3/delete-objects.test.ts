import { hash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createTestS3, textsOf } from './create-test-s3.ts';

let send: Awaited<ReturnType<typeof createTestS3>>['send'];
beforeEach(async () => {
  ({ send } = await createTestS3());
});

const deleteObjects = (
  xml: string,
  headers: Record<string, string> = { 'content-md5': hash('md5', xml, 'base64') },
) => send('POST /orders?delete', { headers, body: xml });
const object = (xml: string) => `<Object><Key>${xml}</Key></Object>`;
const deleteXml = (...objects: string[]) => `<Delete>${objects.join('')}</Delete>`;

test('DeleteObjects deletes keys exactly as they are written, and reports each once', async () => {
  const keys: [key: string, xml: string][] = [
    [' a ', ' a '],
    ['a\rb', 'a&#13;b'],
    ['a\nb', 'a&#xA;b'],
    ['a&b<c>"\'', 'a&amp;b&lt;c&gt;&quot;&apos;'],
    ['ü🐉', 'ü🐉'],
    ['<x>', '<![CDATA[<x>]]>'],
    ['%41', '%41'],
  ];
  for (const [key] of keys) await send(`PUT /orders/${encodeURIComponent(key)}`);
  await send('PUT /orders/A');
  const { body } = await deleteObjects(
    deleteXml(...keys.map(([, xml]) => object(xml)), object('%41'), object('none')),
  );
  expect(textsOf(body, 'Key')).toHaveLength(keys.length + 1);
  expect(body).toContain('<Deleted><Key>a&#13;b</Key></Deleted>');
  expect(body).not.toContain('<Error>');
  expect(textsOf((await send('GET /orders?list-type=2')).body, 'Key')).toEqual(['A']);
});

test('DeleteObjects reports only errors in quiet mode', async () => {
  await send('PUT /orders/k', { body: 'kept' });
  await send('PUT /orders/gone');
  const conditional = '<Object><Key>k</Key><ETag>"x"</ETag></Object>';
  const versioned = '<Object><Key>k</Key><VersionId>1</VersionId></Object>';
  const { status, body } = await deleteObjects(
    deleteXml('<Quiet>true</Quiet>', object('gone'), conditional, object('k'.repeat(1_025))),
  );
  expect([status, textsOf(body, 'Code'), textsOf(body, 'Deleted')]).toEqual([
    200,
    ['PreconditionFailed', 'KeyTooLongError'],
    [],
  ]);
  expect(textsOf((await deleteObjects(deleteXml(versioned))).body, 'Code')).toEqual(['NoSuchVersion']);
  expect((await send('GET /orders/k')).body).toBe('kept');
  expect((await send('HEAD /orders/gone')).status).toBe(404);
});

test.each([
  ['no objects', deleteXml(), 'MalformedXML'],
  ['an empty key', deleteXml(object('k'), object('')), 'MalformedXML'],
  ['an unfinished document', `<Delete>${object('k')}`, 'MalformedXML'],
  [
    '1,001 objects',
    deleteXml(...Array.from({ length: 1_001 }, (_, index) => object(`k${index || ''}`))),
    'MalformedXML',
  ],
  ['conditions of other buckets', deleteXml('<Object><Key>k</Key><Size>1</Size></Object>'), 'NotImplemented'],
])('DeleteObjects with %s is refused and deletes nothing', async (_name, xml, code) => {
  await send('PUT /orders/k');
  expect((await deleteObjects(xml)).code).toBe(code);
  expect((await send('HEAD /orders/k')).status).toBe(200);
});

test('DeleteObjects requires a digest and verifies it', async () => {
  await send('PUT /orders/k');
  const xml = deleteXml(object('k'));
  expect((await deleteObjects(xml, {})).code).toBe('InvalidRequest');
  expect((await deleteObjects(xml, { 'content-md5': hash('md5', 'other', 'base64') })).code).toBe(
    'BadDigest',
  );
  expect((await deleteObjects(xml, { 'x-amz-checksum-crc32': 'AAAAAA==' })).code).toBe('BadDigest');
  expect((await send('HEAD /orders/k')).status).toBe(200);
  const checksum = { 'x-amz-checksum-sha256': hash('sha256', xml, 'base64') };
  expect(textsOf((await deleteObjects(xml, checksum)).body, 'Key')).toEqual(['k']);
});
