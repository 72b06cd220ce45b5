import { text } from 'node:stream/consumers';
import type { ObjectStore } from '../lib/aws/object-store.ts';
import { ServiceError } from '../lib/errors.ts';
import { partKeys } from '../lib/ingest/part-message.ts';
import { resultKey } from '../lib/ingest/receipt.ts';

/** Where receipts are, and of which object. */
export interface ReceiptPlace {
  objectStore: ObjectStore;
  resultsBucket: string;
  key: string;
  /** Where the receipt of one part of it is meant: which upload's, and which part. */
  part?: { run: string; part: number };
}

/**
 * The text of the receipt of an order file, or of a part of one; undefined where it has none.
 *
 * @throws ServiceError
 */
export async function readReceipt({
  objectStore,
  resultsBucket,
  key,
  part,
}: ReceiptPlace): Promise<string | undefined> {
  const receiptKey = part ? partKeys(key, part.run).receipt(part.part) : resultKey(key, '.receipt.json');
  try {
    const { body } = await objectStore.open(resultsBucket, receiptKey);
    return await text(body);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}
