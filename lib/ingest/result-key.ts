import { hash } from 'node:crypto';

/** Bytes of a key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAX_KEY_BYTES = 1_024;

/**
 * Where a result of an order file is: its key and an ending, e.g. `.receipt.json`. A key that leaves no room for the
 * ending is cut, and told apart from its like by the hash of the whole.
 */
export function resultKey(key: string, ending: string): string {
  const whole = `${key}${ending}`;
  if (Buffer.byteLength(whole) <= MAX_KEY_BYTES) return whole;
  const tail = `-${hash('sha256', key)}${ending}`;
  // Streaming drops a letter that the cut goes through.
  const head = new TextDecoder().decode(Buffer.from(key).subarray(0, MAX_KEY_BYTES - tail.length), {
    stream: true,
  });
  return `${head}${tail}`;
}
