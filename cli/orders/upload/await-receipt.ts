import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../../../lib/ingest/receipt.ts';
import { type ReceiptPlace, readReceipt } from '../../../operations/read-receipt.ts';

/** Ms between looks for a receipt. */
const INTERVAL_MS = 500;

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
