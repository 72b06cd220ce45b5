import { type Database, readCount } from '../database/database.ts';
import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { deliveryDate } from './fulfill-orders.ts';
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

/** What the function `restock` answers. */
export interface Restocked {
  restock_id: string;
  products: RestockedProduct[];
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

/** Reports a restock: one log line and one metric line, whatever its size. */
export function reportRestocked(restockId: string, products: readonly RestockedProduct[]): void {
  const sum = (field: 'added' | 'scheduled') =>
    products.reduce((total, product) => total + product[field], 0);
  const counts = { StockAdded: sum('added'), BackordersScheduled: sum('scheduled') };
  publishMetrics({ Count: counts });
  logger.info('products restocked', { restock_id: restockId, products: products.length, ...counts });
}
