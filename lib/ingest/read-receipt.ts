import { text } from 'node:stream/consumers';
import type { ObjectStore } from '../aws/object-store.ts';
import { ServiceError } from '../aws/service-error.ts';
import { resultKey } from './result-key.ts';

/** Where receipts are, and of which object. */
export interface ReceiptPlace {
  objectStore: ObjectStore;
  resultsBucket: string;
  key: string;
}

/**
 * The text of an order file's receipt; undefined where it has none.
 *
 * @throws ServiceError
 */
export async function readReceipt({
  objectStore,
  resultsBucket,
  key,
}: ReceiptPlace): Promise<string | undefined> {
  try {
    const { body } = await objectStore.open(resultsBucket, resultKey(key, '.receipt.json'));
    return await text(body);
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}
