import { describe, expect, test } from 'vitest';
import { checkExpiry } from '../../../local/s3/presigned-expiry.ts';
import { createTestS3 } from './create-test-s3.ts';

const SIGNED =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261130T220000Z&X-Amz-Signature=00&X-Amz-Expires=';
const NOW = Date.parse('2026-11-30T22:01:00Z');
const check = (query: string, now = NOW) => checkExpiry(new URLSearchParams(query), now);

describe('a presigned URL', () => {
  test.each([`${SIGNED}60`, 'AWSAccessKeyId=x&Signature=y&Expires=1796076060', 'Expires=1', ''])(
    'is valid until it expires: %s',
    (query) => {
      expect(() => check(query)).not.toThrow();
    },
  );

  test.each([`${SIGNED}60`, 'AWSAccessKeyId=x&Signature=y&Expires=1796076060'])(
    'is refused a second later: %s',
    (query) => {
      expect(() => check(query, NOW + 1_000)).toThrow(
        expect.objectContaining({ code: 'AccessDenied', status: 403, message: 'Request has expired' }),
      );
    },
  );

  test.each([
    `${SIGNED}604801`,
    `${SIGNED}-1`,
    `${SIGNED}soon`,
    'X-Amz-Expires=60',
    'X-Amz-Expires=60&X-Amz-Date=today',
  ])('is refused if its times are malformed: %s', (query) => {
    expect(() => check(query)).toThrow(
      expect.objectContaining({ code: 'AuthorizationQueryParametersError' }),
    );
  });

  test('is refused if the time of signature version 2 is malformed', () => {
    expect(() => check('Signature=y&Expires=soon')).toThrow(
      expect.objectContaining({ code: 'AccessDenied' }),
    );
  });

  test('changes nothing when it has expired', async () => {
    const { send } = await createTestS3();
    const put = await send('PUT /orders/k?AWSAccessKeyId=x&Signature=y&Expires=1', { body: 'late' });
    expect(put).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await send('HEAD /orders/k')).status).toBe(404);
  });
});
