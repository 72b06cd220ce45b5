import { type Database, readCount } from '../database/database.ts';
import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { deliveryDate } from './fulfill-orders.ts';
import type { RestockInput } from './restock-input.ts';

/** Effect of a restock on one product. */
export interface RestockedProduct {
  product_id: string;
  /** Units added to the stock; 0 if this restock was applied before. */
  added: number;
  /** Backorders that now have stock and a delivery date. */
  scheduled: number;
  /** Units left in stock. */
  stock: number;
}

/** Response of the function `restock`. */
export interface RestockResult {
  restock_id: string;
  products: RestockedProduct[];
}

/**
 * Adds stock, once per `restock_id` and product, and schedules the oldest backorders, in one SQL statement: all of it or, if it
 * throws, nothing. See `docs/shipping.md`.
 *
 * @param now Time at which stock is reserved; delivery dates are counted from it.
 * @returns One entry per product, sorted by `product_id`.
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

/** Reports a restock in one log line and one metric line. */
export function reportRestock(restockId: string, products: readonly RestockedProduct[]): void {
  const sum = (field: 'added' | 'scheduled') =>
    products.reduce((total, product) => total + product[field], 0);
  const counts = { StockAdded: sum('added'), BackordersScheduled: sum('scheduled') };
  publishMetrics({ Count: counts });
  logger.info('products restocked', { restock_id: restockId, products: products.length, ...counts });
}
