import type { OrderQueue } from '../aws/order-queue.ts';
import { InvalidInputError } from '../invalid-input-error.ts';
import { type Order, type OrderIssue, parseOrder } from '../order/order.ts';

/** Orders per request. */
const MAX_ORDERS = 1_000;

/** What became of the orders of one request, each named by its position in it. */
export interface TakenOrders {
  /** In the queue: they will be confirmed. */
  accepted: { index: number; order_id: string }[];
  /** Not orders. */
  rejected: { index: number; errors: OrderIssue[] }[];
  /** Orders that the queue did not take: worth sending again. */
  failed: { index: number; order_id: string; error: Error }[];
}

/**
 * Takes one order or an array of them into the queue: the good ones go through whatever the others are like.
 *
 * @throws InvalidInputError for an empty array, or one of more than 1,000
 */
export async function takeOrders(body: unknown, orderQueue: OrderQueue): Promise<TakenOrders> {
  const values = Array.isArray(body) ? body : [body];
  if (values.length === 0 || values.length > MAX_ORDERS) {
    throw new InvalidInputError(
      `body: must be one order or an array of 1 to ${MAX_ORDERS}, received ${values.length}`,
    );
  }

  const taken: TakenOrders = { accepted: [], rejected: [], failed: [] };
  const valid: { index: number; order: Order }[] = [];
  for (const [index, value] of values.entries()) {
    const parsed = parseOrder(value);
    if (parsed.ok) valid.push({ index, order: parsed.order });
    else taken.rejected.push({ index, errors: parsed.errors });
  }

  const { outcomes } = await orderQueue.send(valid.map(({ order }) => order));
  for (const [position, { index, order }] of valid.entries()) {
    const outcome = outcomes[position];
    if (outcome?.ok) taken.accepted.push({ index, order_id: order.order_id });
    else
      taken.failed.push({
        index,
        order_id: order.order_id,
        error: outcome?.error ?? new Error('send: no answer'),
      });
  }
  return taken;
}
