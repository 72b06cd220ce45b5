/** Works like `Promise.all`, but waits for all promises before it rejects, so that no work is still running afterwards. */
export async function allEnded<Value>(promises: Iterable<Promise<Value>>): Promise<Value[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
