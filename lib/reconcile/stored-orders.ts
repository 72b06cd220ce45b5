import type { TimeRange } from '../aws/ledger-scan.ts';
import { chunk } from '../batch/chunk.ts';
import type { Database, SqlParameters } from '../database/database.ts';

/** The orders that a table has, by their ids alone. Methods throw `DatabaseError`. */
export interface StoredOrders {
  /** Pages of the ids of orders that were confirmed in a range. */
  list(range: TimeRange): AsyncGenerator<string[]>;
  /** Those of these ids that are there. */
  have(orderIds: readonly string[]): Promise<Set<string>>;
}

/**
 * Ids a page. The RDS Data API answers with 1 MiB at most, which is 5,000 ids twice over; Redshift, which has no such limit
 * and no index either, reads the whole table for every page.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.limitations.html
 */
const PAGE = { shipments: 5_000, sales: 50_000 };
/** Ids a look-up: each is a parameter of its own. */
const LOOKED_UP = 500;

export function createStoredOrders(database: Database, table: keyof typeof PAGE): StoredOrders {
  const page = PAGE[table];

  async function readPage({ from, to }: TimeRange, after: string | undefined): Promise<string[]> {
    const parameters: SqlParameters = {
      since: new Date(from).toISOString(),
      until: new Date(to).toISOString(),
      ...(after !== undefined && { after }),
    };
    const rows = await database.query(
      `SELECT order_id
      FROM ${table}
      WHERE confirmed_at >= CAST(:since AS timestamptz) AND confirmed_at < CAST(:until AS timestamptz)
        ${after === undefined ? '' : 'AND order_id > CAST(:after AS varchar)'}
      ORDER BY order_id
      LIMIT ${page}`,
      parameters,
    );
    return rows.map(({ order_id }) => String(order_id));
  }

  return {
    async *list(range) {
      let ids: string[] = [];
      do {
        ids = await readPage(range, ids.at(-1));
        yield ids;
      } while (ids.length === page);
    },

    async have(orderIds) {
      const found = new Set<string>();
      for (const ids of chunk(orderIds, { maxEntries: LOOKED_UP })) {
        const names = ids.map((_, index) => `CAST(:id_${index} AS varchar)`);
        const parameters = Object.fromEntries(ids.map((id, index) => [`id_${index}`, id]));
        const rows = await database.query(
          `SELECT order_id FROM ${table} WHERE order_id IN (${names.join(', ')})`,
          parameters,
        );
        for (const { order_id } of rows) found.add(String(order_id));
      }
      return found;
    },
  };
}
