import { setTimeout as sleep } from 'node:timers/promises';

/** Rate and end of a paced sequence of batches. */
export interface Pace {
  /**
   * Entries a second, over all batches, or a function that returns the current rate. When the rate changes, time and entries
   * are counted from zero. Default: unlimited.
   */
  ratePerSecond?: number | undefined | (() => number | undefined);
  /** Epoch milliseconds after which no further batch is yielded. */
  deadline: number;
  /** Once it is aborted, no further batch is yielded. */
  signal?: AbortSignal | undefined;
}

/** Longest time until a change of the rate or an abort takes effect, in ms. */
const CHECK_MS = 100;

/**
 * Yields batches at a steady rate: after n entries, n / rate seconds have passed, even in a short run. A late batch does not
 * delay the batches after it.
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
      await sleep(Math.max(0, Math.min(due - Date.now(), CHECK_MS)));
    }
    yield batch;
  }
}
