import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import { countReasons } from '../records/count-reasons.ts';
import type { StoredBatch } from '../records/store-batch.ts';
import type { SalesLoad } from './sales-loader.ts';

/**
 * Reports a batch: one log line and one metric line, whatever its size; `order_id`s only at debug level. Each record of
 * it counts once.
 */
export function reportLoad(batch: StoredBatch<SalesLoad>): void {
  const { outcomes, ids, stored, failure, rejected } = batch;
  const valid = outcomes.length - rejected.length;
  const counts = {
    SalesLoaded: stored?.loaded ?? 0,
    // Messages of one order in one batch are one sale, of which the others are repeats.
    SalesRepeated: stored ? valid - stored.loaded : 0,
    SalesRejected: rejected.length,
    SalesFailed: failure ? valid : 0,
  };
  publishMetrics({ Count: counts });
  logger.info('sales loaded', { ...counts, reasons: countReasons(batch) });
  if (failure) logger.error('sales not loaded', { error: failure });
  for (const order_id of ids) logger.debug(failure ? 'not loaded' : 'loaded', { order_id });
}
