import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Queue, sendOrders } from '../aws/queue.ts';
import { InvalidInputError } from '../errors.ts';
import { json, problem } from '../http/problem.ts';
import { logger } from '../observability/logger.ts';
import { countReasons, reasonOf } from '../observability/reasons.ts';
import { type Order, type OrderIssue, parseOrder } from '../order/order.ts';

/** Orders per request. */
const MAX_ORDERS = 1_000;

/** Outcomes of the orders of one request. `index` is the order's position in the request. */
export interface IntakeResult {
  /** Orders in the queue, which will be confirmed. */
  accepted: { index: number; order_id: string }[];
  /** Invalid orders. */
  rejected: { index: number; errors: OrderIssue[] }[];
  /** Valid orders that could not be queued. The caller should send them again. */
  failed: { index: number; order_id: string; error: Error }[];
}

/**
 * Validates one order or an array of orders and sends the valid ones to the queue. Invalid orders do not affect the others.
 *
 * @throws InvalidInputError for an empty array, or an array of more than 1,000.
 */
export async function acceptOrders(body: unknown, orderQueue: Pick<Queue, 'send'>): Promise<IntakeResult> {
  const values = Array.isArray(body) ? body : [body];
  if (values.length === 0 || values.length > MAX_ORDERS) {
    throw new InvalidInputError(
      `body: must be one order or an array of 1 to ${MAX_ORDERS}, received ${values.length}`,
    );
  }

  const result: IntakeResult = { accepted: [], rejected: [], failed: [] };
  const valid: { index: number; order: Order }[] = [];
  for (const [index, value] of values.entries()) {
    const parsed = parseOrder(value);
    if (parsed.ok) valid.push({ index, order: parsed.order });
    else result.rejected.push({ index, errors: parsed.errors });
  }

  const { outcomes } = await sendOrders(
    orderQueue,
    valid.map(({ order }) => order),
  );
  for (const [position, { index, order }] of valid.entries()) {
    const outcome = outcomes[position];
    if (outcome?.ok) result.accepted.push({ index, order_id: order.order_id });
    else
      result.failed.push({
        index,
        order_id: order.order_id,
        error: outcome?.error ?? new Error('send: no result'),
      });
  }
  return result;
}

/**
 * Builds the HTTP response: 202 if at least one order was queued, 400 if none is valid, 503 if none could be queued. In a 202
 * response, `rejected` also lists the orders that could not be queued, so that every index of the request is listed once.
 */
export function toIntakeResponse({
  accepted,
  rejected,
  failed,
}: IntakeResult): APIGatewayProxyStructuredResultV2 {
  const notQueued = failed.map(({ index }) => ({ index, errors: [NOT_QUEUED] }));
  const all = [...rejected, ...notQueued].sort((one, other) => one.index - other.index);
  if (accepted.length > 0) return json(202, { accepted, rejected: all });
  if (failed.length > 0)
    return problem(503, 'The order queue is unavailable. Send the orders again.', { rejected: all });
  return problem(400, 'The request contains no valid order: see rejected.', { rejected: all });
}

const NOT_QUEUED: OrderIssue = {
  path: '',
  code: 'not_queued',
  message: 'order: could not be queued, send it again',
};

/** Reports a request of any size with one log line. `order_id`s are logged only at debug level. */
export function reportIntake({ accepted, rejected, failed }: IntakeResult): void {
  const reasons = countReasons(failed.map(({ error }) => reasonOf(error)));
  const counts = { accepted: accepted.length, rejected: rejected.length, failed: failed.length };
  logger.info('orders accepted', { ...counts, reasons });
  for (const { order_id } of accepted) logger.debug('accepted', { order_id });
  for (const { order_id } of failed) logger.debug('not accepted', { order_id });
}
