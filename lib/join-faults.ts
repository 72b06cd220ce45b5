/** Faults that a message names; who has more than that has misunderstood something as a whole. */
const NAMED = 20;

/**
 * What is wrong with an input as one message, of a bounded length however much is wrong: an answer of more than 6 MB is
 * none, since Lambda fails it.
 */
export function joinFaults(faults: readonly string[]): string {
  const more = faults.length - NAMED;
  return [...faults.slice(0, NAMED), ...(more > 0 ? [`and ${more.toLocaleString('en')} more`] : [])].join(
    '; ',
  );
}
