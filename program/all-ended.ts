/**
 * `Promise.all`, but for this: when one fails, the others are waited for before it is told, so that nothing goes on behind
 * the caller's back.
 */
export async function allEnded<Value>(promises: Iterable<Promise<Value>>): Promise<Value[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
