import { logger } from '../observability/logger.ts';
import { publishMetrics } from '../observability/metrics.ts';
import type { RestockedProduct } from './restock.ts';

/** Reports a restock: one log line and one metric line, whatever its size. */
export function reportRestocked(restockId: string, products: readonly RestockedProduct[]): void {
  const sum = (field: 'added' | 'scheduled') =>
    products.reduce((total, product) => total + product[field], 0);
  const counts = { StockAdded: sum('added'), BackordersScheduled: sum('scheduled') };
  publishMetrics({ Count: counts });
  logger.info('products restocked', { restock_id: restockId, products: products.length, ...counts });
}
