import type { InventoryRow } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { ProductCell } from '../parts/product-cell.tsx';
import { Tag } from '../parts/tag.tsx';
import { RestockForm } from './restock-form.tsx';
import { stockState } from './stock-state.ts';

/** One product. */
export function StockRow({ row, onRestocked }: { row: InventoryRow; onRestocked: () => void }) {
  const { product_id, product_name, stock, scheduled, backordered } = row;
  const state = stockState(row);
  return (
    <tr>
      <ProductCell id={product_id} name={product_name} />
      <td class="figure number">
        {state === 'low' ? <Tag kind="warning">{formatCount(stock)} low</Tag> : formatCount(stock)}
      </td>
      <td class="figure number wide-only">{formatCount(scheduled)}</td>
      <td class="figure number">
        {state === 'waited for' ? (
          <Tag kind="danger">{formatCount(backordered)}</Tag>
        ) : (
          formatCount(backordered)
        )}
      </td>
      <td>
        <RestockForm productId={product_id} productName={product_name} onRestocked={onRestocked} />
      </td>
    </tr>
  );
}
