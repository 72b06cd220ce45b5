import { catalogue } from '../lib/produce/catalogue.ts';
import { requestRestock } from '../operations/shipping/request-restock.ts';
import { insist } from './send-load.ts';
import type { Cloud } from './start-cloud.ts';

/**
 * Adds pieces of each product to the stock, once for an id.
 *
 * @param current asked before each attempt
 * @param patience ms that it may take
 */
export async function restock(
  current: () => Pick<Cloud, 'pipeline'>,
  id: string,
  quantity: number,
  patience: number,
): Promise<void> {
  const items = catalogue.map(({ product_id, product_name }) => ({ product_id, product_name, quantity }));
  await insist(
    'restock',
    async () => {
      await requestRestock(current().pipeline, { restock_id: id, items });
      return true;
    },
    { patience },
  );
}
