/** Caches the result of `read` for `ms` milliseconds. Failures are not cached. */
export function cachedFor<Value>(ms: number, read: () => Promise<Value>): () => Promise<Value> {
  let kept: { at: number; value: Promise<Value> } | undefined;
  return () => {
    if (!kept || Date.now() - kept.at >= ms) {
      const entry = { at: Date.now(), value: read() };
      kept = entry;
      entry.value.catch(() => {
        if (kept === entry) kept = undefined;
      });
    }
    return kept.value;
  };
}
