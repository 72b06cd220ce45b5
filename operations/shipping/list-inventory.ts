import { type Database, readCount, readTime } from '../../lib/database/database.ts';

/** Stock and shipments of one product. */
export interface InventoryRow {
  product_id: string;
  product_name: string;
  /** Pieces in stock. */
  stock: number;
  /** Number of shipments with a delivery date. */
  scheduled: number;
  /** Number of shipments that wait for stock. */
  backordered: number;
  /** When the stock last changed, in ISO 8601. */
  updated_at: string;
}

/**
 * Lists stock and shipments of each product, sorted by `product_id`.
 *
 * @throws DatabaseError
 */
export async function listInventory(database: Database): Promise<InventoryRow[]> {
  const rows = await database.query(
    `SELECT
      product_id,
      product_name,
      CAST(stock AS text) AS stock,
      CAST(coalesce(scheduled, 0) AS text) AS scheduled,
      CAST(coalesce(backordered, 0) AS text) AS backordered,
      CAST(updated_at AT TIME ZONE 'UTC' AS text) AS updated_at
    FROM inventory
    LEFT JOIN (
      SELECT
        product_id,
        count(*) FILTER (WHERE status = 'scheduled') AS scheduled,
        count(*) FILTER (WHERE status = 'backordered') AS backordered
      FROM shipments
      GROUP BY product_id
    ) AS shipped USING (product_id)
    ORDER BY product_id`,
  );
  return rows.map((row) => ({
    product_id: String(row.product_id),
    product_name: String(row.product_name),
    stock: readCount(row, 'stock'),
    scheduled: readCount(row, 'scheduled'),
    backordered: readCount(row, 'backordered'),
    updated_at: readTime(row, 'updated_at'),
  }));
}
