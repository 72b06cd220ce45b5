import { type Database, readTime } from '../../lib/database/database.ts';

/** A shipment in a list. */
export interface ShipmentRow {
  order_id: string;
  product_id: string;
  customer_name: string;
  status: 'scheduled' | 'backordered';
  /** `YYYY-MM-DD`; null while it is backordered. */
  delivery_date: string | null;
  /** ISO 8601. */
  created_at: string;
}

/** Filters for shipments; absent filters match all. */
export interface ShipmentChoice {
  status?: ShipmentRow['status'] | undefined;
  productId?: string | undefined;
  /** Maximum number of shipments. Default: 100. */
  limit?: number | undefined;
}

/**
 * Lists shipments, newest first. With a million shipments this takes milliseconds, thanks to the index `newest`. A filter for a
 * rare product or status may have to read all shipments, which takes half a second.
 *
 * @throws DatabaseError
 */
export async function listShipments(
  database: Database,
  { status, productId, limit = 100 }: ShipmentChoice = {},
): Promise<ShipmentRow[]> {
  const conditions = {
    ...(status !== undefined && { status: 'status = CAST(:status AS text)' }),
    ...(productId !== undefined && { product_id: 'product_id = CAST(:product_id AS text)' }),
  };
  const where = Object.values(conditions).join(' AND ');
  const rows = await database.query(
    `SELECT
      order_id,
      product_id,
      customer_name,
      status,
      to_char(delivery_date, 'YYYY-MM-DD') AS delivery_date,
      CAST(created_at AT TIME ZONE 'UTC' AS text) AS created_at
    FROM (
      SELECT *
      FROM shipments
      ${where && `WHERE ${where}`}
      ORDER BY created_at DESC, order_id
      LIMIT CAST(:most AS integer)
    ) AS newest
    ORDER BY newest.created_at DESC, order_id`,
    {
      most: String(limit),
      ...(status !== undefined && { status }),
      ...(productId !== undefined && { product_id: productId }),
    },
  );
  return rows.map((row) => ({
    order_id: String(row.order_id),
    product_id: String(row.product_id),
    customer_name: String(row.customer_name),
    status: row.status === 'scheduled' ? 'scheduled' : 'backordered',
    delivery_date: row.delivery_date ?? null,
    created_at: readTime(row, 'created_at'),
  }));
}
