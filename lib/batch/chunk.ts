/** How large a batch request may be. */
export interface BatchLimits<Entry> {
  /** Entries per request. */
  maxEntries: number;
  /** Bytes per request, summed over `sizeOf`; no limit where it is left out. */
  maxBytes?: number;
  /** Bytes that one entry takes on the wire. */
  sizeOf?: (entry: Entry) => number;
}

/**
 * Cuts entries into the fewest consecutive batches that keep both limits.
 *
 * An entry that is too large by itself gets a batch of its own: the service refuses it there by name, and its
 * neighbours still go through.
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
 * Batches of a lazy sequence: of a million entries only those of one batch are held.
 *
 * @param size entries of a batch; a function tells the size of the moment
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
