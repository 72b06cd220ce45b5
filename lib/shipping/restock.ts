import type { Database } from '../database/database.ts';
import { readCount } from '../database/read-count.ts';
import { deliveryDate } from './delivery-date.ts';
import type { RestockInput } from './restock-input.ts';

/** What a restock did to one product. */
export interface RestockedProduct {
  product_id: string;
  /** Pieces added to the stock: 0 where this restock had added them before. */
  added: number;
  /** Backorders that have their stock and a delivery date now. */
  scheduled: number;
  /** Pieces left. */
  stock: number;
}

/**
 * Adds to the stock, once per `restock_id` and product, and gives it to the oldest backorders, in one statement: all of it
 * or, when it throws, none. See `docs/shipping.md`.
 *
 * @param now when stock is taken, from which delivery dates follow
 * @returns one per product, sorted by `product_id`
 * @throws DatabaseError
 */
export async function restock(
  database: Database,
  { items, restock_id }: RestockInput,
  now: Date,
): Promise<RestockedProduct[]> {
  const rows = await database.query(
    `SELECT
      product_id, CAST(added AS text) AS added, CAST(scheduled AS text) AS scheduled, CAST(stock AS text) AS stock
    FROM restock(CAST(:restock_id AS text), CAST(:items AS jsonb), CAST(:delivery_date AS date))`,
    { restock_id, items: JSON.stringify(items), delivery_date: deliveryDate(now) },
  );
  return rows.map((row) => ({
    product_id: String(row.product_id),
    added: readCount(row, 'added'),
    scheduled: readCount(row, 'scheduled'),
    stock: readCount(row, 'stock'),
  }));
}
