import { hash } from 'node:crypto';
import type { MessageAttribute } from './message.ts';

/** Markers of a string and of bytes in the digest's input. */
const STRING = 1;
const BINARY = 2;

/** Returns the MD5 digest of a string in hexadecimal. */
export function md5(text: string): string {
  return hash('md5', text);
}

/**
 * Returns SQS's MD5 digest of message attributes:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string {
  const parts: (string | Buffer | number)[] = [];
  for (const name of Object.keys(attributes).sort()) {
    const { DataType, StringValue = '', BinaryValue } = attributes[name] as MessageAttribute;
    parts.push(name, DataType);
    if (BinaryValue === undefined) parts.push(STRING, StringValue);
    else parts.push(BINARY, Buffer.from(BinaryValue, 'base64'));
  }
  return hash('md5', join(parts));
}

/** Joins strings and bytes, each preceded by its length in four bytes, and markers of one byte. */
function join(parts: readonly (string | Buffer | number)[]): Buffer {
  let size = 0;
  for (const part of parts) size += typeof part === 'number' ? 1 : 4 + Buffer.byteLength(part);
  const joined = Buffer.allocUnsafe(size);
  let place = 0;
  for (const part of parts) {
    if (typeof part === 'number') {
      place = joined.writeUInt8(part, place);
      continue;
    }
    const start = place + 4;
    const length = typeof part === 'string' ? joined.write(part, start) : part.copy(joined, start);
    joined.writeUInt32BE(length, place);
    place = start + length;
  }
  return joined;
}
