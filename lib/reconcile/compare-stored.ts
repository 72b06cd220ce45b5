import type { TimeRange } from '../aws/ledger-scan.ts';
import type { Database } from '../database/database.ts';
import { ledgerOf } from '../pipeline/ledger-of.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { findUnknown, type KnownOrders, SHIPPED, SOLD } from './known-orders.ts';
import type { StartProgress } from './progress.ts';
import { createStoredOrders } from './stored-orders.ts';

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
