import { useState } from 'preact/hooks';
import type { InventoryRow } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { TableRegion } from '../parts/table-region.tsx';
import { StockRow } from './stock-row.tsx';
import { stockState } from './stock-state.ts';

interface StockTableProps {
  rows: readonly InventoryRow[];
  /** After a restock, and when the operator wants to look again. */
  onChange: () => void;
}

/** What is in stock of each product, and a form to add to it. */
export function StockTable({ rows, onChange }: StockTableProps) {
  const [onlyShort, setOnlyShort] = useState(false);
  const short = rows.filter((row) => stockState(row) !== 'enough');
  const shown = onlyShort ? short : rows;
  return (
    <section aria-labelledby="stock-heading">
      <div class="view-head">
        <h2 id="stock-heading">Stock</h2>
        <div class="actions">
          <label class="check">
            <input
              type="checkbox"
              checked={onlyShort}
              onChange={(event) => setOnlyShort(event.currentTarget.checked)}
            />
            Only what runs short ({formatCount(short.length)})
          </label>
          <button type="button" onClick={onChange}>
            Look again
          </button>
        </div>
      </div>
      {shown.length === 0 ? (
        <p class="empty">{rows.length === 0 ? 'No product has been ordered yet.' : 'Nothing runs short.'}</p>
      ) : (
        <TableRegion label="Stock of each product">
          <thead>
            <tr>
              <th scope="col">Product</th>
              <th scope="col" class="figure">
                Stock
              </th>
              <th scope="col" class="figure wide-only">
                Scheduled
              </th>
              <th scope="col" class="figure">
                Back&shy;ordered
              </th>
              <th scope="col">Restock</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <StockRow key={row.product_id} row={row} onRestocked={onChange} />
            ))}
          </tbody>
        </TableRegion>
      )}
    </section>
  );
}
