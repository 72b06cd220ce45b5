import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../../../lib/ingest/receipt.ts';
import { type ReceiptPlace, readReceipt } from '../../../operations/read-receipt.ts';

/** Time between reads of a receipt, in ms. */
const INTERVAL_MS = 500;

/**
 * Waits for the receipt of an upload. Ignores receipts of earlier uploads of the same key: the receipt that existed before, and
 * receipts with another entity tag. Clocks are not compared.
 *
 * @param before The receipt that existed before the upload.
 * @param etag Entity tag of the uploaded object.
 * @returns The receipt; undefined if `signal` aborted the wait.
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
      // A receipt has no entity tag if the object could not be opened.
      if (receipt.etag === undefined || receipt.etag === etag) return receipt;
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
