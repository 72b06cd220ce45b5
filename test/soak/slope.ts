/** A measurement: when, and how much. */
export type Point = readonly [x: number, y: number];

/**
 * The slope of a line through points by Theil and Sen: the median of the slopes between any two of them. Nearly a third of the
 * points may be anything before it says anything else.
 *
 * @returns y per x; 0 for fewer than two points
 */
export function slope(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, [x1, y1]] of points.entries()) {
    for (const [x2, y2] of points.slice(index + 1)) if (x2 !== x1) slopes.push((y2 - y1) / (x2 - x1));
  }
  slopes.sort((one, other) => one - other);
  const middle = slopes.length / 2;
  return ((slopes[Math.ceil(middle) - 1] ?? 0) + (slopes[Math.floor(middle)] ?? 0)) / 2;
}
