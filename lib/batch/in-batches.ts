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
