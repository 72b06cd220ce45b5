import { catalogue } from '../../lib/produce/catalogue.ts';
import { askFunction } from '../ask-function.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';

/** Pieces of each product: in a run of 10,000 orders the three best sellers sell out, and the others do not. */
const PIECES = 450;

/** Gives the sample shop its first stock. A restock is known by its id: over restarts it happens once. */
export async function stockUp(cloud: Pick<EmbeddedCloud, 'invoke'>): Promise<void> {
  const items = catalogue.map(({ product_id, product_name }) => ({
    product_id,
    product_name,
    quantity: PIECES,
  }));
  await askFunction(cloud, 'restock', { restock_id: 'first-stock', items });
}
