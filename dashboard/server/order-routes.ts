import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { parseOrderField } from '../../lib/order/order.ts';
import { readOrderId } from '../../lib/order-history/get-order.ts';
import { received } from '../../lib/text.ts';
import { findOrders } from '../../operations/orders/find-orders.ts';
import { traceOrder } from '../../operations/orders/trace-order.ts';
import { QUEUE_NAMES } from '../../topology.ts';
import type { OrderHit, OrderTrace } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { requirePart } from './http-error.ts';
import { queryOf, readFields } from './read-request.ts';

const SEARCH = { q: z.string().trim().min(1).max(320).describe('an order ID or an e-mail address') };

/** Fields that are unknown until an order is confirmed. */
const UNCONFIRMED = { customer_name: null, email_id: null, product_id: null, confirmed_at: null };

/** Adds the routes that search orders and trace one order. */
export function addOrderRoutes(app: FastifyInstance, { pipeline, withLock }: DashboardParts): void {
  const trace = (orderId: string) => withLock(QUEUE_NAMES, () => traceOrder(pipeline, orderId));

  app.get('/search', async (request): Promise<OrderHit[]> => {
    const { q } = readFields(SEARCH, queryOf(request));
    const hits = await findOrders(pipeline, q);
    const id = parseOrderField('order_id', q);
    if (hits.length > 0 || !id.ok) return hits;
    // An order that was never confirmed may be in a dead-letter queue, which only a trace reads.
    const found = await trace(id.text);
    return found ? [{ order_id: id.text, ...UNCONFIRMED }] : [];
  });

  app.get('/orders/:order_id', async ({ params }): Promise<OrderTrace> => {
    const orderId = readOrderId(params);
    return requirePart(
      await trace(orderId),
      `order_id: must be the id of a known order, received ${received(orderId)}`,
    );
  });
}
