import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** `COMPOSITE` is a checksum of the checksums of parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A checksum that was uploaded with an object and verified. */
export interface Checksum {
  algorithm: ChecksumAlgorithm;
  /** Base64, followed by `-` and the number of parts if it is composite. */
  value: string;
  type: ChecksumType;
}

const ALGORITHMS: Record<ChecksumAlgorithm, { bytes: number; compute(body: Buffer): Buffer }> = {
  CRC32: { bytes: 4, compute: (body) => fromUint32(crc32(body)) },
  CRC32C: { bytes: 4, compute: crc32c },
  CRC64NVME: { bytes: 8, compute: crc64nvme },
  SHA1: { bytes: 20, compute: (body) => hash('sha1', body, 'buffer') },
  SHA256: { bytes: 32, compute: (body) => hash('sha256', body, 'buffer') },
};

export const CHECKSUM_ALGORITHMS = Object.keys(ALGORITHMS) as ChecksumAlgorithm[];

/** Returns the algorithm of a name in any case, such as `crc32`. */
export const checksumAlgorithm = (name: string) =>
  CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());

/** Returns the header of an algorithm, such as `x-amz-checksum-crc32`. */
export const checksumHeader = (algorithm: ChecksumAlgorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** Returns the XML element of an algorithm, such as `ChecksumCRC32`. */
export const checksumElement = (algorithm: ChecksumAlgorithm) => `Checksum${algorithm}`;

/** Computes a checksum, in Base64. */
export const computeChecksum = (algorithm: ChecksumAlgorithm, body: Buffer) =>
  ALGORITHMS[algorithm].compute(body).toString('base64');

/** Returns whether a value has the form of a checksum of one body. */
export const isChecksum = (algorithm: ChecksumAlgorithm, value: string) =>
  isBase64(value, ALGORITHMS[algorithm].bytes);

/** Returns whether a value is Base64 that encodes `bytes` bytes. */
export function isBase64(value: string, bytes: number): boolean {
  const decoded = Buffer.from(value, 'base64');
  return decoded.length === bytes && decoded.toString('base64') === value;
}

function fromUint32(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    buffer.writeUInt32BE(value >>> 0, 4 * index);
  });
  return buffer;
}

/** Reversed polynomial of CRC-32C: https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 */
const CRC32C_POLYNOMIAL = 0x82f63b78;
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C_POLYNOMIAL : crc >>> 1;
  return crc;
});

function crc32c(body: Buffer): Buffer {
  let crc = -1;
  for (let index = 0; index < body.length; index++) {
    crc = (CRC32C_TABLE[(crc ^ (body[index] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return fromUint32(~crc);
}

/** Reversed polynomial of CRC-64/NVME: https://reveng.sourceforge.io/crc-catalogue/17plus.htm */
const CRC64_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;
// The upper and lower halves of the 64-bit values, because arithmetic with BigInt is a hundred times slower.
const CRC64_HIGH = new Int32Array(256);
const CRC64_LOW = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ CRC64_POLYNOMIAL : crc >> 1n;
  CRC64_HIGH[byte] = Number(crc >> 32n);
  CRC64_LOW[byte] = Number(crc & 0xffffffffn);
}

function crc64nvme(body: Buffer): Buffer {
  let high = -1;
  let low = -1;
  for (let index = 0; index < body.length; index++) {
    const entry = (low ^ (body[index] as number)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[entry] as number);
    high = (high >>> 8) ^ (CRC64_HIGH[entry] as number);
  }
  return fromUint32(~high, ~low);
}
