import { hash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { ObjectStore } from '../aws/object-store.ts';
import type { OrderFileFormat } from '../order-file/order-file.ts';
import { MAX_KEY_BYTES, type UploadedObject } from './upload-event.ts';

/** Outcome of an order file, stored as `<key>.receipt.json` in the results bucket. */
export interface Receipt {
  /** `failed`: orders before the error may be in the queue already. Sending them again is harmless. */
  status: 'ingested' | 'failed';
  bucket: string;
  key: string;
  /** Size of the object, in bytes. */
  size?: number;
  /** Entity tag of the object. */
  etag?: string;
  format?: OrderFileFormat;
  gzipped?: boolean;
  /** Rows read: `sent` + `rejected`, and the rows in flight when the file failed. */
  rows: number;
  /** Orders sent to the order queue. */
  sent: number;
  /** Rows that are not valid orders. */
  rejected: number;
  /**
   * Key of the rejected rows in the results bucket. If a file in parts failed, they end at its first failed part, because later
   * line numbers are unknown. The results of the parts have the other rows.
   */
  rejected_key?: string;
  /** Number of parts; absent if the file was read as a whole. */
  parts?: number;
  /** Numbers of the first 100 failed parts, from 1. `error` is that of the first. */
  failed_parts?: number[];
  /** Why the file failed. */
  error?: { code: string; message: string };
  /** ISO 8601. */
  started_at: string;
  finished_at?: string;
}

export function beginReceipt({ bucket, key }: UploadedObject): Receipt {
  return {
    status: 'failed',
    bucket,
    key,
    rows: 0,
    sent: 0,
    rejected: 0,
    started_at: new Date().toISOString(),
  };
}

/**
 * Returns the key of a result: the order file's key and an ending, such as `.receipt.json`. A key that is too long for the
 * ending is cut, and made unique by a hash of the whole key.
 */
export function resultKey(key: string, ending: string): string {
  const whole = `${key}${ending}`;
  if (Buffer.byteLength(whole) <= MAX_KEY_BYTES) return whole;
  const tail = `-${hash('sha256', key)}${ending}`;
  // Streaming drops an incomplete character at the cut.
  const head = new TextDecoder().decode(Buffer.from(key).subarray(0, MAX_KEY_BYTES - tail.length), {
    stream: true,
  });
  return `${head}${tail}`;
}

interface Results {
  objectStore: ObjectStore;
  resultsBucket: string;
}

/**
 * Reads and parses a JSON object of the results bucket.
 *
 * @throws ServiceError
 */
export async function readJson<Value>({ objectStore, resultsBucket }: Results, key: string): Promise<Value> {
  const { body } = await objectStore.open(resultsBucket, key);
  return JSON.parse(await text(body));
}

/** Reads a JSON object like `readJson`; undefined if it does not exist. */
export async function readJsonIfExists<Value>(results: Results, key: string): Promise<Value | undefined> {
  // Lists first: without the permission to list the whole bucket, GetObject of a missing key fails with AccessDenied.
  const [first] = await results.objectStore.list(results.resultsBucket, key);
  return first?.key === key ? readJson<Value>(results, key) : undefined;
}
