import { beforeEach, describe, expect, test } from 'vitest';
import { createTestS3, textsOf } from './create-test-s3.ts';

let send: Awaited<ReturnType<typeof createTestS3>>['send'];
beforeEach(async () => {
  ({ send } = await createTestS3());
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: forms name the file so.
const FILE_NAME = '${filename}';

interface Upload {
  content?: string;
  /** Parameters of the file's field. */
  file?: string;
  contentType?: string;
}

function post(
  fields: Record<string, string>,
  {
    content = 'a,b\r\n--bound\r\n',
    file = 'filename="f.csv"',
    contentType = 'multipart/form-data; boundary=bounds',
  }: Upload = {},
) {
  const part = (disposition: string, value: string) =>
    `--bounds\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
  const parts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value));
  const body = `${parts.join('')}${part(`name="file"; ${file}`, content)}${part('name="submit"', 'x')}--bounds--\r\n`;
  return send('POST /orders', { headers: { 'content-type': contentType }, body });
}

describe('a posted form', () => {
  test.each(['boundary=bounds', 'boundary="bounds"', 'charset=utf-8; Boundary="bounds"; x=y'])(
    'with %s creates the object',
    async (parameter) => {
      const fields = { key: 'a b', 'Content-Type': 'text/csv', 'x-amz-meta-name': 'ü', tagging: '' };
      const { status, headers } = await post(fields, { contentType: `multipart/form-data; ${parameter}` });
      expect([status, headers.location]).toEqual([204, 'http://127.0.0.1:4566/orders/a%20b']);
      const found = await send('GET /orders/a%20b');
      expect(found).toMatchObject({
        body: 'a,b\r\n--bound\r\n',
        headers: { etag: headers.etag, 'content-type': 'text/csv' },
      });
      expect(Buffer.from(found.headers['x-amz-meta-name'] ?? '', 'latin1').toString()).toBe('ü');
    },
  );

  test.each([
    ['filename="f.csv"', 'f.csv'],
    ['filename=f.csv', 'f.csv'],
    ['filename="nä $& me.csv"', 'nä $& me.csv'],
    ['filename="C:\\dir\\f.csv"', 'f.csv'],
    ['filename="dir/f.csv"', 'f.csv'],
    ['filename="%22quoted%22"', '"quoted"'],
    ["filename*=utf-8''n%C3%A4.csv", 'nä.csv'],
  ])('with %s has the key up/%s', async (file, name) => {
    await post({ key: `up/${FILE_NAME}` }, { file });
    expect((await send(`HEAD /orders/${encodeURIComponent(`up/${name}`)}`)).status).toBe(200);
  });

  test('keeps tags, and an empty file', async () => {
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>';
    await post({ key: 'k', tagging }, { content: '' });
    const { body, headers } = await send('GET /orders/k');
    expect([body, headers['x-amz-tagging-count']]).toEqual(['', '1']);
  });

  test('answers with the status or the redirect that it asks for', async () => {
    const created = await post({ key: 'k', success_action_status: '201' });
    expect([created.status, textsOf(created.body, 'Key')]).toEqual([201, ['k']]);
    expect((await post({ key: 'k', success_action_status: '200' })).status).toBe(200);
    expect((await post({ key: 'k', success_action_status: '500' })).status).toBe(204);
    const redirected = await post({ key: 'a&b', success_action_redirect: 'http://shop.example/done?x=1' });
    expect(redirected.status).toBe(303);
    const { origin, searchParams } = new URL(redirected.headers.location ?? '');
    expect([origin, searchParams.get('x'), searchParams.get('bucket'), searchParams.get('key')]).toEqual([
      'http://shop.example',
      '1',
      'orders',
      'a&b',
    ]);
  });

  test.each([
    ['no key', {}, {}, 'InvalidArgument'],
    [
      'no file',
      { key: 'k' },
      { file: 'x="', contentType: 'multipart/form-data; boundary=none' },
      'MalformedPOSTRequest',
    ],
    ['no boundary', { key: 'k' }, { contentType: 'multipart/form-data' }, 'MalformedPOSTRequest'],
    ['another type', { key: 'k' }, { contentType: 'text/plain' }, 'MalformedPOSTRequest'],
    ['a wrong checksum', { key: 'k', 'x-amz-checksum-crc32': 'AAAAAA==' }, {}, 'BadDigest'],
    ['a public ACL', { key: 'k', acl: 'public-read' }, {}, 'AccessControlListNotSupported'],
    ['a line break in metadata', { key: 'k', 'x-amz-meta-a': 'a\nb' }, {}, 'InvalidArgument'],
  ] as [string, Record<string, string>, Upload, string][])(
    'with %s is refused',
    async (_name, fields, upload, code) => {
      expect(await post(fields, upload)).toMatchObject({ status: 400, code });
      expect(textsOf((await send('GET /orders')).body, 'Key')).toEqual([]);
    },
  );
});

describe('the policy of a form', () => {
  const policy = (...conditions: unknown[]) =>
    Buffer.from(JSON.stringify({ expiration: '2100-01-01T00:00:00Z', conditions })).toString('base64');
  const BASE = [{ bucket: 'orders' }, ['starts-with', '$key', 'up/']];

  test('accepts a form that it describes', async () => {
    const conditions = [...BASE, ['content-length-range', 1, 20], ['eq', '$Content-Type', 'text/csv']];
    const fields = { key: `up/${FILE_NAME}`, 'Content-Type': 'text/csv', 'x-ignore-me': '1' };
    expect((await post({ ...fields, policy: policy(...conditions) })).status).toBe(204);
    expect((await send('HEAD /orders/up/f.csv')).status).toBe(200);
  });

  test.each([
    ['another bucket', [{ bucket: 'other' }, BASE[1]], {}, 403, 'AccessDenied'],
    ['another key', [BASE[0], ['eq', '$key', 'other']], {}, 403, 'AccessDenied'],
    ['another beginning of the key', [BASE[0], ['starts-with', '$key', 'other/']], {}, 403, 'AccessDenied'],
    ['a field that is not in it', BASE, { 'Content-Type': 'text/csv' }, 403, 'AccessDenied'],
    ['an unknown operator', [...BASE, ['like', '$key', 'up/']], {}, 403, 'AccessDenied'],
    ['a file that is too large', [...BASE, ['content-length-range', 0, 3]], {}, 400, 'EntityTooLarge'],
    ['a file that is too small', [...BASE, ['content-length-range', 99, 100]], {}, 400, 'EntityTooSmall'],
  ] as [string, unknown[], Record<string, string>, number, string][])(
    'refuses %s',
    async (_name, conditions, fields, status, code) => {
      const refused = await post({ key: 'up/k', ...fields, policy: policy(...conditions) });
      expect(refused).toMatchObject({ status, code });
      expect((await send('HEAD /orders/up/k')).status).toBe(404);
    },
  );

  test.each([
    ['{"expiration":"2020-01-01T00:00:00Z","conditions":[]}', 403, 'AccessDenied'],
    ['{"expiration":"soon","conditions":[]}', 403, 'AccessDenied'],
    ['{"conditions":[]}', 400, 'InvalidPolicyDocument'],
    ['none', 400, 'InvalidPolicyDocument'],
  ])('%s is refused with status %i', async (document, status, code) => {
    const encoded = Buffer.from(document).toString('base64');
    expect(await post({ key: 'k', policy: encoded })).toMatchObject({ status, code });
  });
});
