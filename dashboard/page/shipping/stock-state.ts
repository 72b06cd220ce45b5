import type { InventoryRow } from '../../api.ts';

/** Pieces, of which an operator would order more. */
const LOW = 20;

/** Whether customers wait for a product, or soon may have to. */
export function stockState({ stock, backordered }: InventoryRow): 'waited for' | 'low' | 'enough' {
  if (backordered > 0) return 'waited for';
  return stock <= LOW ? 'low' : 'enough';
}
