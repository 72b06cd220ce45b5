/**
 * A fraction, computed exactly and rounded once, half away from zero.
 *
 * @param denominator at least 0
 * @returns null where the denominator is 0
 */
export function ratio(numerator: bigint, denominator: bigint, decimals: number): number | null {
  if (denominator === 0n) return null;
  const scale = 10 ** decimals;
  const half = numerator < 0n ? -denominator : denominator;
  return Number((2n * BigInt(scale) * numerator + half) / (2n * denominator)) / scale;
}
