import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { countReasons } from '../records/count-reasons.ts';
import type { StoredBatch } from '../records/store-batch.ts';
import type { Fulfilled } from './fulfil-orders.ts';

/**
 * Reports a batch: one log line and one metric line, whatever its size; `order_id`s only at debug level. Each record of
 * it counts once.
 */
export function reportFulfilled(batch: StoredBatch<Fulfilled>): void {
  const { outcomes, ids, stored, failure, rejected } = batch;
  const valid = outcomes.length - rejected.length;
  const { scheduled, backordered } = stored ?? { scheduled: 0, backordered: 0 };
  const counts = {
    ShipmentsScheduled: scheduled,
    ShipmentsBackordered: backordered,
    // Messages of one order in one batch are one shipment, of which the others are repeats.
    ShipmentsRepeated: failure ? 0 : valid - scheduled - backordered,
    ShipmentsRejected: rejected.length,
    ShipmentsFailed: failure ? valid : 0,
  };
  publishMetrics({ Count: counts });
  logger.info('orders fulfilled', { ...counts, reasons: countReasons(batch) });
  if (failure) logger.error('orders not fulfilled', { error: failure });
  for (const order_id of ids) logger.debug(failure ? 'not fulfilled' : 'fulfilled', { order_id });
}
