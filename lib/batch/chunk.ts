/** Size limits of a batch request. */
export interface BatchLimits<Entry> {
  /** Entries per request. */
  maxEntries: number;
  /** Bytes per request: the sum of `sizeOf` over its entries. Default: no limit. */
  maxBytes?: number;
  /** Returns the size of an entry on the wire, in bytes. */
  sizeOf?: (entry: Entry) => number;
}

/**
 * Splits entries into the fewest consecutive batches within both limits.
 *
 * An entry that exceeds the limit by itself gets a batch of its own, so that the service rejects only this entry.
 */
export function chunk<Entry>(entries: readonly Entry[], limits: BatchLimits<Entry>): Entry[][] {
  const { maxEntries, maxBytes = Number.POSITIVE_INFINITY, sizeOf = () => 0 } = limits;
  const chunks: Entry[][] = [];
  let current: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    if (current.length > 0 && (current.length === maxEntries || bytes + size > maxBytes)) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(entry);
    bytes += size;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}

/**
 * Splits a lazy sequence into batches. Only the entries of one batch are held in memory.
 *
 * @param size Entries per batch, or a function that returns the current size.
 */
export function* inBatches<Entry>(
  entries: Iterable<Entry>,
  size: number | (() => number),
): Generator<Entry[]> {
  const sizeNow = typeof size === 'function' ? size : () => size;
  let batch: Entry[] = [];
  for (const entry of entries) {
    batch.push(entry);
    if (batch.length >= sizeNow()) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
