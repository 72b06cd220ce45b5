import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Queue, sendOrders } from '../aws/queue.ts';
import { InvalidInputError } from '../errors.ts';
import { json, problem } from '../http/problem.ts';
import { logger } from '../observability/logger.ts';
import { countReasons, reasonOf } from '../observability/reasons.ts';
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
export async function takeOrders(body: unknown, orderQueue: Pick<Queue, 'send'>): Promise<TakenOrders> {
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

  const { outcomes } = await sendOrders(
    orderQueue,
    valid.map(({ order }) => order),
  );
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

/**
 * The HTTP answer: 202 when at least one order is in the queue, 400 when none is valid, 503 when the queue took none.
 * With 202, `rejected` also lists what the queue did not take, so that every index of the request is accounted for.
 */
export function answerTakenOrders({
  accepted,
  rejected,
  failed,
}: TakenOrders): APIGatewayProxyStructuredResultV2 {
  const notQueued = failed.map(({ index }) => ({ index, errors: [NOT_QUEUED] }));
  const all = [...rejected, ...notQueued].sort((one, other) => one.index - other.index);
  if (accepted.length > 0) return json(202, { accepted, rejected: all });
  if (failed.length > 0)
    return problem(503, 'The order queue takes no orders at the moment: send them again.', { rejected: all });
  return problem(400, 'No valid order among those sent.', { rejected: all });
}

const NOT_QUEUED: OrderIssue = {
  path: '',
  code: 'not_queued',
  message: 'order: could not be put into the queue, send it again',
};

/** Reports a request: one log line, whatever its size; `order_id`s only at debug level. */
export function reportTakenOrders({ accepted, rejected, failed }: TakenOrders): void {
  const reasons = countReasons(failed.map(({ error }) => reasonOf(error)));
  const counts = { accepted: accepted.length, rejected: rejected.length, failed: failed.length };
  logger.info('orders taken', { ...counts, reasons });
  for (const { order_id } of accepted) logger.debug('taken', { order_id });
  for (const { order_id } of failed) logger.debug('not taken', { order_id });
}
