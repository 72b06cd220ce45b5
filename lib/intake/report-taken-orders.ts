import { logger } from '../observability/logger.ts';
import { countReason, reasonOf } from '../observability/reasons.ts';
import type { TakenOrders } from './take-orders.ts';

/** Reports a request: one log line, whatever its size; `order_id`s only at debug level. */
export function reportTakenOrders({ accepted, rejected, failed }: TakenOrders): void {
  const reasons: Record<string, number> = {};
  for (const { error } of failed) countReason(reasons, reasonOf(error));
  const counts = { accepted: accepted.length, rejected: rejected.length, failed: failed.length };
  logger.info('orders taken', { ...counts, reasons });
  for (const { order_id } of accepted) logger.debug('taken', { order_id });
  for (const { order_id } of failed) logger.debug('not taken', { order_id });
}
