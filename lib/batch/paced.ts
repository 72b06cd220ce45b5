import { setTimeout as sleep } from 'node:timers/promises';

/** When batches may go. */
export interface Pace {
  /**
   * Entries a second, over all batches; as fast as they are taken where it is undefined. A function tells the rate of the
   * moment: from when it changes, time and entries count anew.
   */
  ratePerSecond?: number | undefined | (() => number | undefined);
  /** Epoch ms after which no further batch goes. */
  deadline: number;
  /** Lets no further batch through. */
  signal?: AbortSignal | undefined;
}

/** Ms within which a rate that changes, or the signal, is noticed. */
const NOTICE_MS = 100;

/**
 * Lets batches through at a steady rate, each at the end of the time that its entries stand for: after n entries,
 * n / rate seconds have passed, however small the run. A late batch does not push back the ones behind it.
 */
export async function* paced<Entry>(
  batches: Iterable<Entry[]>,
  { ratePerSecond, deadline, signal }: Pace,
): AsyncGenerator<Entry[]> {
  const rateNow = () =>
    (typeof ratePerSecond === 'function' ? ratePerSecond() : ratePerSecond) ?? Number.POSITIVE_INFINITY;
  let rate = rateNow();
  let start = Date.now();
  let entries = 0;
  for (const batch of batches) {
    entries += batch.length;
    for (;;) {
      if (rate !== rateNow()) {
        rate = rateNow();
        start = Date.now();
        entries = batch.length;
      }
      const due = start + (entries / rate) * 1_000;
      if (signal?.aborted || Math.max(due, Date.now()) > deadline) return;
      if (due <= Date.now()) break;
      await sleep(Math.max(0, Math.min(due - Date.now(), NOTICE_MS)));
    }
    yield batch;
  }
}
