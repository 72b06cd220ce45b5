/** The middle of the values, or the mean of the middle two. @throws Error where there are none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  if (low === undefined || high === undefined)
    throw new Error('median: must be of one value at least, received none');
  return (low + high) / 2;
}

/** The distance of the values from their median: the greater one of the lowest and the highest, as a share of it. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return Math.max(Math.max(...values) - middle, middle - Math.min(...values)) / middle;
}

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
