/** Differences between expected ids and found ids. */
export interface IdComparison {
  /** Number of distinct expected ids that were found. */
  found: number;
  missing: readonly string[];
  /** Ids that were found but not expected. */
  unknown: readonly string[];
  /** Number of times that an id was found again. */
  repeated: number;
}

export function compareIds(expected: ReadonlySet<string>, found: Iterable<string>): IdComparison {
  const seen = new Set<string>();
  const unknown: string[] = [];
  let repeated = 0;
  for (const id of found) {
    if (seen.has(id)) repeated++;
    else if (!expected.has(id)) unknown.push(id);
    seen.add(id);
  }
  const missing = [...expected].filter((id) => !seen.has(id));
  return { found: seen.size - unknown.length, missing, unknown, repeated };
}
