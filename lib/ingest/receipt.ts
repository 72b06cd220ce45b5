import { hash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { ObjectStore } from '../aws/object-store.ts';
import type { OrderFileFormat } from '../order-file/order-file.ts';
import { MAX_KEY_BYTES, type UploadedObject } from './upload-event.ts';

/** The outcome of an order file, kept as `<key>.receipt.json` in the results bucket. */
export interface Receipt {
  /** `failed`: orders before the fault may be in the queue already; sending them again does no harm. */
  status: 'ingested' | 'failed';
  bucket: string;
  key: string;
  /** Of the object in the bucket: bytes, and its entity tag. */
  size?: number;
  etag?: string;
  format?: OrderFileFormat;
  gzipped?: boolean;
  /** Rows read: `sent` + `rejected`, and those under way when the file failed. */
  rows: number;
  /** Orders put into the order queue. */
  sent: number;
  /** Rows that are not orders. */
  rejected: number;
  /**
   * Where the rejected rows are, in the results bucket. Of a file in parts that failed, those up to its first failed part: beyond
   * that nobody knows the line. The others are beside the parts' receipts.
   */
  rejected_key?: string;
  /** How many parts the file was read in; left out where it was read at once. */
  parts?: number;
  /** Those that failed, from 1, the first 100 of them. `error` is the first one's. */
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

interface Results {
  objectStore: ObjectStore;
  resultsBucket: string;
}

/**
 * The value of a JSON object in the results bucket.
 *
 * @throws ServiceError
 */
export async function readJson<Value>({ objectStore, resultsBucket }: Results, key: string): Promise<Value> {
  const { body } = await objectStore.open(resultsBucket, key);
  return JSON.parse(await text(body));
}

/** The same; undefined where there is none. */
export async function readJsonIfThere<Value>(results: Results, key: string): Promise<Value | undefined> {
  // Asked for by name, one that is not there is refused, as if it were forbidden, to those who may not list the whole bucket.
  const [first] = await results.objectStore.list(results.resultsBucket, key);
  return first?.key === key ? readJson<Value>(results, key) : undefined;
}
