import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { json, problem } from '../http/problem.ts';
import type { OrderIssue } from '../order/order.ts';
import type { TakenOrders } from './take-orders.ts';

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
