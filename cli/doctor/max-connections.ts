import limits from '../../resources/aurora-max-connections.json' with { type: 'json' };

/** Largest capacity (ACU) of an instance, and what PostgreSQL's max_connections is by default then. */
const TABLE = limits.byCapacity as [capacity: number, connections: number][];

/**
 * Connections that an Aurora PostgreSQL instance takes at least: between two rows of the table, those of the lower one.
 *
 * With a minimum of 0.5 ACU or less there are never more than 2,000, says the page that the table is from.
 *
 * @param least capacity, in ACU
 * @param most capacity, in ACU
 * @returns NaN where there is no such row
 */
export function maxConnections(least: number, most: number): number {
  const connections = TABLE.findLast(([units]) => units <= most)?.[1] ?? Number.NaN;
  return least <= 0.5 ? Math.min(connections, limits.mostWithLittleCapacity) : connections;
}
