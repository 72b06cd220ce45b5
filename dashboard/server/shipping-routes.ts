import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { Database } from '../../lib/database/database.ts';
import { listInventory } from '../../operations/shipping/list-inventory.ts';
import { listShipments } from '../../operations/shipping/list-shipments.ts';
import { requestRestock } from '../../operations/shipping/request-restock.ts';
import type { InventoryRow, RestockedProduct, ShipmentRow } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { requirePart } from './http-error.ts';
import { queryOf, readFields } from './read-request.ts';

/** Maximum number of shipments in a response. */
const MAX_SHIPMENTS = 100;
const SHIPMENTS = {
  status: z.enum(['scheduled', 'backordered']).optional().describe('scheduled or backordered'),
  product_id: z.string().min(1).max(256).optional().describe('a string of 1 to 256 characters'),
};
/** Field names only; `requestRestock` validates the values. */
const RESTOCK = { product_id: z.unknown().optional(), quantity: z.unknown().optional() };

/** Adds the routes of stock, shipments and restocks. */
export function addShippingRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  const database = (): Database =>
    requirePart(pipeline.shippingDatabase, `shipping is disabled in stage ${pipeline.stage}`);

  app.get('/inventory', async (): Promise<InventoryRow[]> => listInventory(database()));

  app.get('/shipments', async (request): Promise<ShipmentRow[]> => {
    const { status, product_id } = readFields(SHIPMENTS, queryOf(request));
    return listShipments(database(), {
      limit: MAX_SHIPMENTS,
      ...(status && { status }),
      ...(product_id && { productId: product_id }),
    });
  });

  app.post('/restock', async ({ body }): Promise<RestockedProduct[]> => {
    database();
    const { products } = await requestRestock(pipeline, readFields(RESTOCK, body));
    return products;
  });
}
