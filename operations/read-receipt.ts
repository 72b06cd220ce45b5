import { text } from 'node:stream/consumers';
import type { ObjectStore } from '../lib/aws/object-store.ts';
import { ServiceError } from '../lib/errors.ts';
import { partKeys } from '../lib/ingest/part-message.ts';
import { resultKey } from '../lib/ingest/receipt.ts';

/** The location of a receipt. */
export interface ReceiptPlace {
  objectStore: ObjectStore;
  resultsBucket: string;
  /** Key of the order file. */
  key: string;
  /** Selects the receipt of one part of the file. Default: the receipt of the whole file. */
  part?: { run: string; part: number };
}

/**
 * Reads the receipt of an order file, or of one of its parts.
 *
 * @returns The receipt's JSON text; undefined if there is no receipt.
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
