import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { invokeFunction } from '../../lib/aws/invoke-function.ts';
import type { Database } from '../../lib/database/database.ts';
import { listInventory } from '../../lib/shipping/list-inventory.ts';
import { listShipments } from '../../lib/shipping/list-shipments.ts';
import { readRestockInput } from '../../lib/shipping/restock-input.ts';
import type { InventoryRow, RestockedProduct, ShipmentRow } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { queryOf } from './query-of.ts';
import { readFields } from './read-fields.ts';
import { requirePart } from './require-part.ts';

/** Shipments that the page gets. */
const SHOWN = 100;
const SHIPMENTS = {
  status: z.enum(['scheduled', 'backordered']).optional().describe('scheduled or backordered'),
  product_id: z.string().min(1).max(256).optional().describe('a text of 1 to 256 characters'),
};
/** Names only: what they must be is said by `readRestockInput`. */
const RESTOCK = { product_id: z.unknown().optional(), quantity: z.unknown().optional() };

/** Stock, shipments, restock. */
export function addShippingRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  const database = (): Database =>
    requirePart(pipeline.shippingDatabase, `shipping is off in stage ${pipeline.stage}`);

  app.get('/inventory', async (): Promise<InventoryRow[]> => listInventory(database()));

  app.get('/shipments', async (request): Promise<ShipmentRow[]> => {
    const { status, product_id } = readFields(SHIPMENTS, queryOf(request));
    return listShipments(database(), {
      limit: SHOWN,
      ...(status && { status }),
      ...(product_id && { productId: product_id }),
    });
  });

  app.post('/restock', async ({ body }): Promise<RestockedProduct[]> => {
    database();
    // The id makes an invocation that the SDK repeats the same restock.
    const { items, restock_id } = readRestockInput(readFields(RESTOCK, body), randomUUID());
    const { products } = await invokeFunction<{ products: RestockedProduct[] }>(
      pipeline.clients.lambda,
      `${pipeline.prefix}restock`,
      { items, restock_id },
    );
    return products;
  });
}
