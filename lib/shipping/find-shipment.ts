import { type Database, readTime } from '../database/database.ts';

/** A shipment in the order history. */
export interface Shipment {
  status: 'scheduled' | 'backordered';
  product_id: string;
  /** `YYYY-MM-DD`; null while the shipment is backordered. */
  delivery_date: string | null;
  /** ISO 8601, in UTC. */
  created_at: string;
}

/**
 * Finds the shipment of an order. Returns undefined if it has none (yet).
 *
 * @throws DatabaseError
 */
export async function findShipment(database: Database, orderId: string): Promise<Shipment | undefined> {
  const [row] = await database.query(
    `SELECT
      status,
      product_id,
      to_char(delivery_date, 'YYYY-MM-DD') AS delivery_date,
      CAST(created_at AT TIME ZONE 'UTC' AS text) AS created_at
    FROM shipments
    WHERE order_id = CAST(:order_id AS text)`,
    { order_id: orderId },
  );
  return (
    row && {
      status: row.status === 'scheduled' ? 'scheduled' : 'backordered',
      product_id: String(row.product_id),
      delivery_date: row.delivery_date ?? null,
      created_at: readTime(row, 'created_at'),
    }
  );
}
