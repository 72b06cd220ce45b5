/** Messages of a queue that are looked at: half a minute's worth. */
export const CHECKED = 100_000;

/**
 * Checks that a result is right: each order is there, and once.
 *
 * @param found ids of all messages, or, where there are more than `CHECKED`, of so many: none of those may be strange or there
 *   twice then, and how many there are in all is for the queue to say
 * @throws Error that says how many are missing, strange or there more than once
 */
export function checkOrderIds(who: string, expected: Iterable<string>, found: readonly string[]): void {
  const wanted = new Set(expected);
  const seen = new Set(found);
  const missing = found.length < CHECKED ? wanted.difference(seen).size : 0;
  const strange = seen.difference(wanted).size;
  const repeated = found.length - seen.size;
  if (missing + strange + repeated === 0) return;
  throw new Error(
    `${who}: must deal with each of ${wanted.size} orders once; ${missing} missing, ${strange} strange, ${repeated} repeated`,
  );
}
