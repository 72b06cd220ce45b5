/**
 * AWS's table: most capacity units (ACU) of an instance, and what PostgreSQL's max_connections is by default then.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html#aurora-serverless-v2.max-connections
 */
const TABLE = [
  [1, 189],
  [4, 823],
  [8, 1_669],
  [16, 3_360],
  [32, 5_000],
] as const;

/** With a minimum of 0.5 ACU or less there are never more, says the same page. */
const MOST_WITH_LITTLE_CAPACITY = 2_000;

/**
 * Connections that an Aurora PostgreSQL instance takes at least: between two rows of the table, those of the lower one.
 *
 * @param least capacity, in ACU
 * @param most capacity, in ACU
 * @returns NaN where there is no such row
 */
export function maxConnections(least: number, most: number): number {
  const connections = TABLE.findLast(([units]) => units <= most)?.[1] ?? Number.NaN;
  return least <= 0.5 ? Math.min(connections, MOST_WITH_LITTLE_CAPACITY) : connections;
}
