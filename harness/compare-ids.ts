/** How ids that were found differ from those that were expected. */
export interface IdComparison {
  /** Distinct ids that were expected and found. */
  found: number;
  missing: readonly string[];
  /** Ids that were found and not expected. */
  unknown: readonly string[];
  /** How often an id was found that had been found before. */
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
