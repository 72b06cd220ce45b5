import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../../../lib/aws/object-store.ts';
import { ServiceError } from '../../../lib/aws/service-error.ts';
import type { Receipt } from '../../../lib/ingest/receipt.ts';
import { resultKey } from '../../../lib/ingest/result-key.ts';

/** Ms between looks for a receipt. */
const INTERVAL_MS = 500;

/** Where receipts are, and of which object. */
export interface ReceiptPlace {
  objectStore: ObjectStore;
  resultsBucket: string;
  key: string;
}

/** The text of a key's receipt, if it has one. */
export async function readReceipt({
  objectStore,
  resultsBucket,
  key,
}: ReceiptPlace): Promise<string | undefined> {
  try {
    const { body } = await objectStore.open(resultsBucket, resultKey(key, '.receipt.json'));
    let text = '';
    for await (const chunk of body.setEncoding('utf8')) text += chunk;
    return text;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
}

/**
 * Waits for the receipt of an upload. That of an earlier upload of the same key is known by its text, which the results
 * bucket held before; one that was still on its way then, by the entity tag of what it has read. So no clock matters. What
 * has the same tag has the same bytes.
 *
 * @param before the receipt that was there before the upload
 * @param etag of the object that was put
 * @returns undefined where the signal ended the wait
 */
export async function awaitReceipt(
  place: ReceiptPlace,
  before: string | undefined,
  etag: string,
  signal: AbortSignal,
): Promise<Receipt | undefined> {
  while (!signal.aborted) {
    const text = await readReceipt(place);
    if (text !== undefined && text !== before) {
      const receipt = JSON.parse(text) as Receipt;
      // Without a tag: the object could not be opened.
      if (receipt.etag === undefined || receipt.etag === etag) return receipt;
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
