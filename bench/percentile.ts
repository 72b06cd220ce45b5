/**
 * The value that `share` of the values do not exceed, one of them (nearest rank).
 *
 * @param share above 0, up to 1
 * @returns null where there are none
 */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null;
}
