import { expect, test } from 'vitest';
import { openMemoryStorage, openStorage } from '../../../local/aws-services/storage.ts';
import { openBodyStorage } from '../../../local/s3/body-storage.ts';
import { createTestDirectory } from '../create-test-directory.ts';
import { createTestS3, textsOf } from './create-test-s3.ts';

test('buckets, objects and uploads are the same after a restart', async () => {
  const directory = await createTestDirectory();
  const storage = openStorage(directory);
  const { send } = await createTestS3(storage);
  const headers = { 'x-amz-meta-a': '1', 'x-amz-tagging': 't=1', 'x-amz-checksum-crc32': 'y/Q5Jg==' };
  await send('PUT /orders/a%20b%2F%C3%BC', { body: '123456789', headers });
  await send('PUT /orders/replaced', { body: 'old content' });
  await send('PUT /orders/replaced', { body: 'new' });
  await send('PUT /orders/empty');
  await send('PUT /orders/deleted');
  await send('DELETE /orders/deleted');
  await send('PUT /orders/empty?tagging', {
    body: '<Tagging><TagSet><Tag><Key>late</Key><Value>1</Value></Tag></TagSet></Tagging>',
  });
  await send('PUT /other');
  await send('PUT /gone');
  await send('DELETE /gone');
  const uploadId = textsOf((await send('POST /orders/large?uploads')).body, 'UploadId')[0];
  const part = await send(`PUT /orders/large?partNumber=3&uploadId=${uploadId}`, { body: 'part' });
  const aborted = textsOf((await send('POST /orders/aborted?uploads')).body, 'UploadId')[0];
  await send(`PUT /orders/aborted?partNumber=1&uploadId=${aborted}`, { body: 'part' });
  await send(`DELETE /orders/aborted?uploadId=${aborted}`);
  const listing = (await send('GET /orders?list-type=2')).body;
  const object = await send('GET /orders/a%20b%2F%C3%BC');
  storage.commit();
  storage.close();

  const reopened = openStorage(directory);
  const { send: sendAgain } = await createTestS3(reopened);
  expect((await sendAgain('GET /orders?list-type=2')).body).toBe(listing);
  const { 'x-amz-id-2': _id, ...kept } = object.headers;
  expect(await sendAgain('GET /orders/a%20b%2F%C3%BC')).toMatchObject({ body: '123456789', headers: kept });
  expect((await sendAgain('GET /orders/replaced')).body).toBe('new');
  expect((await sendAgain('GET /orders/empty')).body).toBe('');
  expect((await sendAgain('GET /orders/empty?tagging')).body).toContain('<Key>late</Key>');
  expect((await sendAgain('GET /')).body).toMatch(/<Name>orders<.*<Name>other</);
  expect((await sendAgain('HEAD /gone')).status).toBe(404);
  expect(textsOf((await sendAgain('GET /orders?uploads')).body, 'UploadId')).toEqual([uploadId]);
  const completed = await sendAgain(`POST /orders/large?uploadId=${uploadId}`, {
    body: `<CompleteMultipartUpload><Part><PartNumber>3</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
  });
  expect(completed.status).toBe(200);
  expect((await sendAgain('GET /orders/large')).body).toBe('part');
  for (const map of ['s3_uploads', 's3_parts']) expect([...reopened.map(map).entries()]).toEqual([]);
  expect([...reopened.blobs('s3_part_bodies').entries()]).toEqual([]);
  reopened.close();
});

test('a body larger than a row is kept in chunks, which its replacement and deletion remove', () => {
  const rows = new Map<string, Uint8Array>();
  const blobs = {
    set: (key: string, value: Uint8Array) => void rows.set(key, value),
    delete: (key: string) => void rows.delete(key),
    clear: () => rows.clear(),
    entries: () => rows,
  };
  const bodies = openBodyStorage({ ...openMemoryStorage(), blobs: () => blobs }, 'bodies', 4);
  bodies.set('a b', Buffer.from('0123456789'));
  bodies.set('c', Buffer.from(''));
  expect([...rows.keys()]).toEqual(['0 a b', '1 a b', '2 a b', '0 c']);
  expect(Array.from(bodies.load(), ([id, body]) => [id, body.toString()])).toEqual([
    ['a b', '0123456789'],
    ['c', ''],
  ]);
  bodies.set('a b', Buffer.from('01234'), 10);
  expect([...rows.keys()]).toEqual(['0 a b', '1 a b', '0 c']);
  expect(bodies.load().get('a b')?.toString()).toBe('01234');
  bodies.delete('a b', 5);
  expect([...rows.keys()]).toEqual(['0 c']);
});
