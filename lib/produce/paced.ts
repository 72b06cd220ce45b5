import { setTimeout as sleep } from 'node:timers/promises';

/** When batches may go. */
export interface Pace {
  /** Entries a second, over all batches; as fast as they are taken where it is left out. */
  ratePerSecond?: number | undefined;
  /** Epoch ms after which no further batch goes. */
  deadline: number;
}

/**
 * Lets batches through at a steady rate, each at the end of the time that its entries stand for: after n entries,
 * n / rate seconds have passed, however small the run. A late batch does not push back the ones behind it.
 */
export async function* paced<Entry>(
  batches: Iterable<Entry[]>,
  { ratePerSecond = Number.POSITIVE_INFINITY, deadline }: Pace,
): AsyncGenerator<Entry[]> {
  const start = Date.now();
  let entries = 0;
  for (const batch of batches) {
    entries += batch.length;
    const due = start + (entries / ratePerSecond) * 1_000;
    if (Math.max(due, Date.now()) > deadline) return;
    if (due > Date.now()) await sleep(due - Date.now());
    yield batch;
  }
}
