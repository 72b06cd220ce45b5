import { expect, test } from 'vitest';
import { computeChecksum, isChecksum } from '../../../local/s3/checksums.ts';

// Published check values of the algorithms, for the text 123456789.
test.each([
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
] as const)('computes the %s of a text', (algorithm, hexadecimal) => {
  const value = computeChecksum(algorithm, Buffer.from('123456789'));
  expect(Buffer.from(value, 'base64').toString('hex')).toBe(hexadecimal);
  expect(isChecksum(algorithm, value)).toBe(true);
});

test.each(['', 'AAAA', 'AAAAAA', 'AAAAAA=', 'AAAAAA==\n', '????????'])(
  'recognizes that %j is not a CRC-32 in Base64',
  (value) => {
    expect(isChecksum('CRC32', value)).toBe(false);
  },
);
