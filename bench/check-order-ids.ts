/**
 * Checks that a result is right: each order is there, and once.
 *
 * @throws Error that says how many are missing, strange or there more than once
 */
export function checkOrderIds(who: string, expected: Iterable<string>, found: readonly string[]): void {
  const wanted = new Set(expected);
  const seen = new Set(found);
  const missing = wanted.difference(seen).size;
  const strange = seen.difference(wanted).size;
  const repeated = found.length - seen.size;
  if (missing + strange + repeated === 0) return;
  throw new Error(
    `${who}: must deal with each of ${wanted.size} orders once; ${missing} missing, ${strange} strange, ${repeated} repeated`,
  );
}
