import type { Database } from '../database/database.ts';
import { readTime } from '../database/read-time.ts';
import type { Sale } from './sale.ts';

const FIND = `
  SELECT order_id, email_id, product_id, product_name, CAST(price AS varchar) AS price,
    CAST(ordered_at AT TIME ZONE 'UTC' AS varchar) AS ordered_at,
    CAST(confirmed_at AT TIME ZONE 'UTC' AS varchar) AS confirmed_at
  FROM sales
  WHERE order_id = CAST(:order_id AS varchar)`;

/** The sale of an order; undefined where the warehouse does not have it (yet). */
export async function findSale(database: Database, orderId: string): Promise<Sale | undefined> {
  const [row] = await database.query(FIND, { order_id: orderId });
  if (!row) return undefined;
  const sale = row as Readonly<Record<keyof Sale, string>>;
  return { ...sale, ordered_at: readTime(row, 'ordered_at'), confirmed_at: readTime(row, 'confirmed_at') };
}
