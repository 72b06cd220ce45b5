import { chunk } from '../../lib/batch/chunk.ts';
import type { Database, SqlParameters } from '../../lib/database/database.ts';
import { type Queue, type QueueName, queueNamed } from '../../topology.ts';
import type { TimeRange } from '../aws/ledger-scan.ts';
import { createStoredItems, type StoredOrders } from '../aws/stored-items.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import { findUnknown, type KnownOrders } from './known-orders.ts';
import type { StartProgress } from './reconciliation.ts';

/**
 * Ids per page. The RDS Data API limits an answer to 1 MiB, which is enough for about 10,000 ids. Redshift has no such limit, but
 * reads the whole table for every page, since it has no index.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.limitations.html
 */
const PAGE = { shippingDatabase: 5_000, salesDatabase: 50_000 };
/** Ids per lookup; each is one parameter of the statement. */
const MAX_LOOKED_UP = 500;

/**
 * Opens the orders that the consumer of a queue has stored.
 *
 * @returns The stored orders; undefined if the consumer stores nothing or its part is disabled.
 */
export function openStoredOrders(pipeline: Pipeline, name: QueueName): StoredOrders | undefined {
  const { stores } = queueNamed(name);
  if (!stores) return undefined;
  if (typeof stores.in === 'string') {
    const database = pipeline[stores.in];
    return database && createStoredOrders(database, stores.all, PAGE[stores.in]);
  }
  const table = pipeline.queues.find((queue) => queue.name === name)?.storeTable;
  return table === undefined ? undefined : createStoredItems(pipeline.clients.dynamoDb, table);
}

/** @param page Ids per page. */
export function createStoredOrders(
  database: Database,
  table: string,
  page = PAGE.shippingDatabase,
): StoredOrders {
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
      for (const ids of chunk(orderIds, { maxEntries: MAX_LOOKED_UP })) {
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
 * Marks the known orders that a consumer has stored. Differences are checked again by id.
 *
 * @param bit The store's bit in `KnownOrders.found`.
 * @returns Orders that are stored and unknown to the ledger; undefined if the part is disabled.
 * @throws DatabaseError, ServiceError
 */
export async function compareStored(
  pipeline: Pipeline,
  { name, stores }: Queue,
  bit: number,
  { found }: KnownOrders,
  range: TimeRange,
  startProgress: StartProgress,
): Promise<string[] | undefined> {
  const stored = openStoredOrders(pipeline, name);
  if (!stored) return undefined;
  const mark = (orderId: string) => found.set(orderId, (found.get(orderId) ?? 0) | bit);
  const unknown: string[] = [];
  const progress = startProgress(`reading ${stores?.all}`);
  try {
    let read = 0;
    for await (const ids of stored.list(range)) {
      for (const id of ids) {
        if (found.has(id)) mark(id);
        else unknown.push(id);
      }
      read += ids.length;
      progress.update(read);
    }
  } finally {
    progress.done();
  }
  // The store has the event's confirmation time. It is slightly before the ledger's, or days before if a mark was lost. So an
  // order of the range may have a row outside the range.
  const absent = [...found].filter(([, where]) => !(where & bit)).map(([id]) => id);
  for (const id of await stored.have(absent)) mark(id);
  return findUnknown(ledgerOf(pipeline), unknown);
}
