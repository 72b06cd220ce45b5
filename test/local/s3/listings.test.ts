import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { listKeys } from '../../../local/s3/list-keys.ts';
import { SortedKeys } from '../../../local/s3/sorted-keys.ts';
import { createTestS3, textsOf } from './create-test-s3.ts';

type Send = Awaited<ReturnType<typeof createTestS3>>['send'];

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const decode = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

/** Reads all pages of a listing whose next page begins at an element, and returns keys and common prefixes. */
async function listAll(send: Send, query: string, next: string, parameter: string) {
  const found: { keys: string[]; prefixes: string[]; pages: number } = { keys: [], prefixes: [], pages: 0 };
  for (let marker: string | undefined = ''; marker !== undefined; found.pages++) {
    const continued = marker && `&${parameter}=${encodeURIComponent(marker)}`;
    const { body } = await send(`GET /orders?encoding-type=url&${query}${continued}`);
    const keys = textsOf(body, 'Key').map(decode);
    found.keys.push(...keys);
    found.prefixes.push(
      ...textsOf(body, 'CommonPrefixes').map((xml) => decode(textsOf(xml, 'Prefix')[0] ?? '')),
    );
    // Version 1 without a delimiter continues after the last key.
    const nextMarker = textsOf(body, next)[0];
    const decoded = next === 'NextContinuationToken' ? nextMarker : nextMarker && decode(nextMarker);
    marker = textsOf(body, 'IsTruncated')[0] === 'true' ? (decoded ?? keys.at(-1)) : undefined;
    if (found.pages > 100) throw new Error('the listing does not end');
  }
  return found;
}

const LISTINGS = [
  ['version 1', '', 'NextMarker', 'marker'],
  ['version 2', 'list-type=2&', 'NextContinuationToken', 'continuation-token'],
  ['versions', 'versions&', 'NextKeyMarker', 'key-marker'],
] as const;
const KEYS = [
  'B.csv',
  'a.csv',
  'a b',
  'a+b',
  'a&b<c>"',
  'a\rb',
  'a\nb',
  '\u0001',
  '%41',
  'ü',
  '\uFFFD',
  '🐉',
];
const FOLDERS = ['d/1', 'd/2', 'd/e/3', 'd', 'd0', 'x/'];

describe.each(LISTINGS)('ListObjects %s', (_name, query, next, parameter) => {
  test.each([1, 2, 5, 1_000])('lists each key once in the order of bytes, in pages of %i', async (size) => {
    const { send } = await createTestS3();
    for (const key of KEYS) await send(`PUT /orders/${encodeURIComponent(key)}`);
    const { keys, pages } = await listAll(send, `${query}max-keys=${size}`, next, parameter);
    expect(keys).toEqual(KEYS.toSorted(byBytes));
    expect(pages).toBe(Math.ceil(KEYS.length / size));
  });

  test.each([1, 2, 3, 1_000])('lists each common prefix once, in pages of %i', async (size) => {
    const { send } = await createTestS3();
    for (const key of FOLDERS) await send(`PUT /orders/${key}`);
    const top = await listAll(send, `${query}delimiter=/&max-keys=${size}`, next, parameter);
    expect(top).toMatchObject({ keys: ['d', 'd0'], prefixes: ['d/', 'x/'] });
    const inner = await listAll(send, `${query}delimiter=/&prefix=d/&max-keys=${size}`, next, parameter);
    expect(inner).toMatchObject({ keys: ['d/1', 'd/2'], prefixes: ['d/e/'] });
  });
});

test('pages contain every key and common prefix once, whatever the keys are', () => {
  const key = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '/', 'ü', '🐉', '\uFFFD'),
    minLength: 1,
    maxLength: 5,
  });
  const prefix = fc.constantFrom('', 'a', 'a/', '🐉', '/');
  fc.assert(
    fc.property(
      fc.uniqueArray(key),
      prefix,
      fc.constantFrom('', '/', 'a'),
      fc.integer({ min: 1, max: 4 }),
      (keys, prefix, delimiter, maxKeys) => {
        const expected = { keys: [] as string[], commonPrefixes: new Set<string>() };
        for (const key of keys.filter((each) => each.startsWith(prefix)).sort(byBytes)) {
          const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
          if (end === -1) expected.keys.push(key);
          else expected.commonPrefixes.add(key.slice(0, end + delimiter.length));
        }
        const found = { keys: [] as string[], commonPrefixes: [] as string[] };
        const sorted = new SortedKeys(keys);
        for (let startAfter: string | undefined = ''; startAfter !== undefined; ) {
          const page = listKeys(sorted, { prefix, delimiter, startAfter, maxKeys });
          expect(page.keys.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
          // Otherwise a page that repeats its predecessor would never end the test.
          expect(found.keys.length + found.commonPrefixes.length).toBeLessThanOrEqual(keys.length);
          found.keys.push(...page.keys);
          found.commonPrefixes.push(...page.commonPrefixes);
          startAfter = page.next;
        }
        expect(found).toEqual({ ...expected, commonPrefixes: [...expected.commonPrefixes] });
      },
    ),
    { numRuns: 100 },
  );
});

test('lists the first page of 100,000 keys under one delimiter without reading them all', () => {
  const keys = new SortedKeys(Array.from({ length: 100_000 }, (_, index) => `${index % 2}/${index}`));
  const read = vi.spyOn(keys, 'ceiling');
  const page = listKeys(keys, { prefix: '', delimiter: '/', startAfter: '', maxKeys: 1_000 });
  expect(page).toEqual({ keys: [], commonPrefixes: ['0/', '1/'] });
  expect(read).toHaveBeenCalledTimes(3);
});

describe('ListObjectsV2', () => {
  test('answers with the values of a listed object', async () => {
    const { send } = await createTestS3();
    const { headers } = await send('PUT /orders/k', {
      body: '123456789',
      headers: { 'x-amz-checksum-crc32': 'y/Q5Jg==', 'x-amz-storage-class': 'STANDARD_IA' },
    });
    const { body } = await send('GET /orders?list-type=2&fetch-owner=true');
    const etag = headers.etag?.replaceAll('"', '&quot;');
    expect(body).toContain('<KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>');
    expect(body).toContain(`<ETag>${etag}</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>`);
    expect(body).toMatch(/<Size>9<\/Size><Owner>.*<\/Owner><StorageClass>STANDARD_IA<\/StorageClass>/);
    expect((await send('GET /orders?list-type=2')).body).not.toContain('<Owner>');
  });

  test('escapes keys, and refers to control characters by number without encoding-type', async () => {
    const { send } = await createTestS3();
    await send('PUT /orders/a%26%3Cb%3E%0D%01');
    expect((await send('GET /orders?list-type=2')).body).toContain('<Key>a&amp;&lt;b&gt;&#13;&#x1;</Key>');
    const { body } = await send('GET /orders?list-type=2&encoding-type=url');
    expect(body).toContain('<Key>a%26%3Cb%3E%0D%01</Key>');
    expect(body).toContain('<EncodingType>url</EncodingType>');
  });

  test('begins after start-after, which need not be a key', async () => {
    const { send } = await createTestS3();
    for (const key of ['a', 'b', 'c']) await send(`PUT /orders/${key}`);
    const keysAfter = async (key: string) =>
      textsOf((await send(`GET /orders?list-type=2&start-after=${key}`)).body, 'Key');
    expect([await keysAfter('a'), await keysAfter('aa'), await keysAfter('c')]).toEqual([
      ['b', 'c'],
      ['b', 'c'],
      [],
    ]);
  });

  test.each([
    ['max-keys=x', 'InvalidArgument'],
    ['max-keys=-1', 'InvalidArgument'],
    ['continuation-token=!', 'InvalidArgument'],
    ['continuation-token=', 'InvalidArgument'],
    ['encoding-type=hex', 'InvalidArgument'],
  ])('refuses %s', async (parameter, code) => {
    const { send } = await createTestS3();
    expect(await send(`GET /orders?list-type=2&${parameter}`)).toMatchObject({ status: 400, code });
  });

  test('answers max-keys=0 with an empty page that is the last', async () => {
    const { send } = await createTestS3();
    await send('PUT /orders/k');
    const { body } = await send('GET /orders?list-type=2&max-keys=0');
    expect(body).toContain('<KeyCount>0</KeyCount><MaxKeys>0</MaxKeys><IsTruncated>false</IsTruncated>');
    expect(body).not.toContain('<Contents>');
  });
});
