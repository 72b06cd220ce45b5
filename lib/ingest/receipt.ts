import type { OrderFileFormat } from '../order/order-file.ts';
import type { UploadedObject } from './upload-event.ts';

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
