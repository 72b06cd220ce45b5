import type { Database } from '../database/database.ts';

export interface ShipmentRow {
  order_id: string;
  product_id: string;
  customer_name: string;
  status: 'scheduled' | 'backordered';
  delivery_date: string | null;
  created_at: string;
}

export async function listShipments(
  _database: Database,
  _choice: { status?: 'scheduled' | 'backordered'; productId?: string; limit?: number } = {},
): Promise<ShipmentRow[]> {
  return [];
}
