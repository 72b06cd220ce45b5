/** Returns the median: the middle value, or the mean of the middle two. @throws Error if there are no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  if (low === undefined || high === undefined)
    throw new Error('median: needs at least one value, received none');
  return (low + high) / 2;
}

/** Returns the greatest distance of a value from the median, as a fraction of the median. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return Math.max(Math.max(...values) - middle, middle - Math.min(...values)) / middle;
}

/**
 * Returns the greatest distance of a round's ratio from the ratio of the medians, as a fraction of that ratio. Values at the
 * same position form a round: a slowdown of the machine affects both, so it cancels out.
 *
 * @returns The distance; undefined for fewer than two rounds.
 */
export function ratioSpread(values: readonly number[], others: readonly number[]): number | undefined {
  const rounds = values.slice(0, others.length);
  if (rounds.length < 2) return undefined;
  const middle = median(values) / median(others);
  return Math.max(
    ...rounds.map((value, index) => Math.abs(value / (others[index] ?? Number.NaN) / middle - 1)),
  );
}

/**
 * Returns a percentile by the nearest-rank method: at least the given share of the values is less than or equal to it.
 *
 * @param share Share of the values, above 0 and at most 1.
 * @returns The percentile; null if there are no values.
 */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null;
}
