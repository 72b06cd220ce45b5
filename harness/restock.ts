import { catalog } from '../lib/produce/catalog.ts';
import { requestRestock } from '../operations/shipping/request-restock.ts';
import { retry } from './send-load.ts';
import type { Cloud } from './start-cloud.ts';

/**
 * Adds to the stock of each product. The same id adds only once.
 *
 * @param current Returns the cloud; called before each attempt, since a restarted cloud has other ports.
 * @param timeoutMs Milliseconds after which it gives up.
 */
export async function restock(
  current: () => Pick<Cloud, 'pipeline'>,
  id: string,
  quantity: number,
  timeoutMs: number,
): Promise<void> {
  const items = catalog.map(({ product_id, product_name }) => ({ product_id, product_name, quantity }));
  await retry(
    'restock',
    async () => {
      await requestRestock(current().pipeline, { restock_id: id, items });
      return true;
    },
    { timeoutMs },
  );
}
