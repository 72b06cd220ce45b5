import { hash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkSize, MAX_OBJECT_BYTES } from '../../../local/s3/store.ts';
import { createTestS3 } from './create-test-s3.ts';

let send: Awaited<ReturnType<typeof createTestS3>>['send'];
beforeEach(async () => {
  ({ send } = await createTestS3());
  await send('PUT /orders/k', { body: 'old' });
});

const DIGITS = '123456789';
const CRC32 = 'y/Q5Jg==';

describe('an upload', () => {
  test.each([
    ['content-md5', hash('md5', DIGITS, 'base64')],
    ['x-amz-content-sha256', hash('sha256', DIGITS)],
    ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD'],
    ['x-amz-checksum-crc32', CRC32],
    ['x-amz-checksum-crc32c', '4waSgw=='],
    ['x-amz-checksum-crc64nvme', 'rosUhgp5mIg='],
    ['x-amz-checksum-sha1', hash('sha1', DIGITS, 'base64')],
    ['x-amz-checksum-sha256', hash('sha256', DIGITS, 'base64')],
    ['content-length', '9'],
  ])('with the right %s is stored', async (name, value) => {
    const put = await send('PUT /orders/k', { body: DIGITS, headers: { [name]: value } });
    expect(put.status).toBe(200);
    const { body, headers } = await send('GET /orders/k', { headers: { 'x-amz-checksum-mode': 'ENABLED' } });
    expect(body).toBe(DIGITS);
    if (!name.startsWith('x-amz-checksum-')) return;
    expect([put.headers[name], headers[name], headers['x-amz-checksum-type']]).toEqual([
      value,
      value,
      'FULL_OBJECT',
    ]);
  });

  test.each([
    ['content-md5', hash('md5', 'other', 'base64'), 'BadDigest'],
    ['content-md5', 'short', 'InvalidDigest'],
    ['content-md5', '', 'InvalidDigest'],
    ['x-amz-content-sha256', hash('sha256', 'other'), 'XAmzContentSHA256Mismatch'],
    ['x-amz-content-sha256', 'none', 'InvalidArgument'],
    ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest'],
    ['x-amz-checksum-crc32', 'AAAA', 'InvalidRequest'],
    ['x-amz-checksum-crc32c', CRC32, 'BadDigest'],
    ['x-amz-checksum-crc64nvme', 'AAAAAAAAAAA=', 'BadDigest'],
    ['x-amz-checksum-sha1', hash('sha1', 'other', 'base64'), 'BadDigest'],
    ['x-amz-checksum-sha256', hash('sha256', 'other', 'base64'), 'BadDigest'],
    ['x-amz-sdk-checksum-algorithm', 'CRC32', 'InvalidRequest'],
    ['content-length', '10', 'IncompleteBody'],
  ])('with a wrong %s, %j, is refused with %s and changes nothing', async (name, value, code) => {
    const put = await send('PUT /orders/k', { body: DIGITS, headers: { [name]: value } });
    expect(put).toMatchObject({ status: 400, code });
    expect((await send('GET /orders/k')).body).toBe('old');
  });

  test('with two checksums is refused', async () => {
    const headers = { 'x-amz-checksum-crc32': CRC32, 'x-amz-checksum-crc32c': '4waSgw==' };
    expect((await send('PUT /orders/k', { body: DIGITS, headers })).code).toBe('InvalidRequest');
  });

  test('ignores checksums in a presigned URL, which were computed without a body', async () => {
    const query = 'x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32';
    expect((await send(`PUT /orders/k?${query}`, { body: DIGITS })).status).toBe(200);
  });

  test('is refused above 1 GB', () => {
    expect(() => checkSize(MAX_OBJECT_BYTES)).not.toThrow();
    expect(() => checkSize(MAX_OBJECT_BYTES + 1)).toThrow(
      expect.objectContaining({ code: 'EntityTooLarge' }),
    );
  });
});

describe('an upload in the encoding aws-chunked', () => {
  const chunk = (text: string, extension = '') => `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
  const SIGNATURE = `;chunk-signature=${'0'.repeat(64)}`;
  const CHUNKS = chunk('12345') + chunk('6789');
  const UNSIGNED = {
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': '9',
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };
  const SIGNED = {
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-decoded-content-length': '9',
  };

  test.each([
    ['a trailer', UNSIGNED, `${CHUNKS}0\r\nx-amz-checksum-crc32:${CRC32}\r\n\r\n`],
    [
      'a signed trailer',
      { ...UNSIGNED, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER' },
      `${chunk(DIGITS, SIGNATURE)}0${SIGNATURE}\r\nx-amz-checksum-crc32:${CRC32}\r\nx-amz-trailer-signature:00\r\n\r\n`,
    ],
    ['signed chunks', SIGNED, `${chunk('12345', SIGNATURE)}${chunk('6789', SIGNATURE)}0${SIGNATURE}\r\n\r\n`],
    [
      'only its content encoding',
      { ...SIGNED, 'x-amz-content-sha256': '', 'content-encoding': 'aws-chunked' },
      `${CHUNKS}0\r\n\r\n`,
    ],
  ])('is decoded with %s', async (_name, headers, body) => {
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
    expect((await send('PUT /orders/k', { headers: sent, body })).status).toBe(200);
    const found = await send('GET /orders/k');
    expect([found.body, found.headers['content-encoding']]).toEqual([DIGITS, undefined]);
  });

  test('keeps the other encodings of its content', async () => {
    const headers = { ...SIGNED, 'content-encoding': 'aws-chunked, gzip' };
    await send('PUT /orders/k', { headers, body: `${CHUNKS}0\r\n\r\n` });
    expect((await send('GET /orders/k')).headers['content-encoding']).toBe('gzip');
  });

  test.each([
    ['a wrong checksum', `${CHUNKS}0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n`, 'BadDigest'],
    ['a missing trailer', `${CHUNKS}0\r\n\r\n`, 'MalformedTrailerError'],
    [
      'an undeclared trailer',
      `${CHUNKS}0\r\nx-amz-checksum-crc32:${CRC32}\r\na:b\r\n\r\n`,
      'MalformedTrailerError',
    ],
    ['a malformed trailer', `${CHUNKS}0\r\nany\r\n\r\n`, 'MalformedTrailerError'],
    ['no last chunk', CHUNKS, 'IncompleteBody'],
    ['a cut chunk', CHUNKS.slice(0, -4), 'IncompleteBody'],
    ['a missing chunk', `${chunk('12345')}0\r\nx-amz-checksum-crc32:${CRC32}\r\n\r\n`, 'IncompleteBody'],
    ['a malformed size', `x${CHUNKS}0\r\n\r\n`, 'IncompleteBody'],
    ['no chunks', '', 'IncompleteBody'],
  ])('with %s is refused and changes nothing', async (_name, body, code) => {
    expect(await send('PUT /orders/k', { headers: UNSIGNED, body })).toMatchObject({ status: 400, code });
    expect((await send('GET /orders/k')).body).toBe('old');
  });

  test('is refused without its decoded length', async () => {
    const { 'x-amz-decoded-content-length': _length, ...headers } = SIGNED;
    const put = await send('PUT /orders/k', { headers, body: `${CHUNKS}0\r\n\r\n` });
    expect(put).toMatchObject({ status: 411, code: 'MissingContentLength' });
  });
});
