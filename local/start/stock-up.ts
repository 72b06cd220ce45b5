import { catalog } from '../../lib/produce/catalog.ts';
import { callFunction } from '../call-function.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';

/** Initial stock of each product. In a run of 10,000 orders only the three best sellers run out. */
const PIECES = 450;

/** Adds the initial stock of the sample shop. A restock is idempotent by its id, so a restart with `--data` adds none. */
export async function stockUp(cloud: Pick<EmbeddedCloud, 'invoke'>): Promise<void> {
  const items = catalog.map(({ product_id, product_name }) => ({
    product_id,
    product_name,
    quantity: PIECES,
  }));
  await callFunction(cloud, 'restock', { restock_id: 'first-stock', items });
}
