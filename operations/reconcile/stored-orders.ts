import { chunk } from '../../lib/batch/chunk.ts';
import type { Database, SqlParameters } from '../../lib/database/database.ts';
import type { TimeRange } from '../aws/ledger-scan.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import { findUnknown, type KnownOrders, SHIPPED, SOLD } from './known-orders.ts';
import type { StartProgress } from './reconciliation.ts';

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

/**
 * Notes which of the known orders a table has. What differs is looked up once more, by its id.
 *
 * @param database undefined where that part is off
 * @returns orders that are in the table and that the ledger does not know; undefined where there is no such table
 * @throws DatabaseError, ServiceError
 */
export async function compareStored(
  pipeline: Pipeline,
  database: Database | undefined,
  table: 'shipments' | 'sales',
  { found }: KnownOrders,
  range: TimeRange,
  startProgress: StartProgress,
): Promise<string[] | undefined> {
  if (!database) return undefined;
  const bit = table === 'shipments' ? SHIPPED : SOLD;
  const stored = createStoredOrders(database, table);
  const note = (orderId: string) => found.set(orderId, (found.get(orderId) ?? 0) | bit);
  const strangers: string[] = [];
  const progress = startProgress(`reading ${table}`);
  try {
    let read = 0;
    for await (const ids of stored.list(range)) {
      for (const id of ids) {
        if (found.has(id)) note(id);
        else strangers.push(id);
      }
      read += ids.length;
      progress.update(read);
    }
  } finally {
    progress.done();
  }
  // Confirmed, says the event, a moment before the ledger marks it as sent, or days before where a mark was lost: so an order
  // can be within the range there and outside it here.
  const absent = [...found].filter(([, where]) => !(where & bit)).map(([id]) => id);
  for (const id of await stored.have(absent)) note(id);
  return findUnknown(ledgerOf(pipeline), strangers);
}
