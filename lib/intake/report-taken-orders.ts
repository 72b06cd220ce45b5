import { logger } from '../observability/logger.ts';
import { countReason, reasonOf } from '../observability/reasons.ts';
import type { TakenOrders } from './take-orders.ts';

/** Reports a request: one log line, whatever its size. */
export function reportTakenOrders({ accepted, rejected, failed }: TakenOrders): void {
  const reasons: Record<string, number> = {};
  for (const { error } of failed) countReason(reasons, reasonOf(error));
  const counts = { accepted: accepted.length, rejected: rejected.length, failed: failed.length };
  logger.info('orders taken', { ...counts, reasons });
}
