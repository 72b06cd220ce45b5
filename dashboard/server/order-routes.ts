import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { received } from '../../lib/order/received.ts';
import { QUEUE_NAMES } from '../../lib/pipeline/pipeline.ts';
import { findOrders } from '../../lib/search/find-orders.ts';
import { readOrderId } from '../../lib/story/read-order-id.ts';
import { traceOrder } from '../../lib/trace/trace-order.ts';
import type { OrderTrace, SearchHit } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { queryOf } from './query-of.ts';
import { readFields } from './read-fields.ts';
import { requirePart } from './require-part.ts';

const SEARCH = { q: z.string().trim().min(1).max(320).describe('an order id or an e-mail address') };

/** Orders: find them, and what became of one. */
export function addOrderRoutes(app: FastifyInstance, { pipeline, inTurn }: DashboardParts): void {
  app.get('/search', async (request): Promise<SearchHit[]> => {
    return findOrders(pipeline, readFields(SEARCH, queryOf(request)).q);
  });

  app.get('/orders/:order_id', async ({ params }): Promise<OrderTrace> => {
    const orderId = readOrderId(params);
    const trace = await inTurn(QUEUE_NAMES, () => traceOrder(pipeline, orderId));
    return requirePart(trace, `order_id: must be of a known order, received ${received(orderId)}`);
  });
}
