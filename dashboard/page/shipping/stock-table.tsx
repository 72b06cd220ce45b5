import { useId, useState } from 'preact/hooks';
import { printable } from '../../../lib/text.ts';
import type { InventoryRow, RestockedProduct, RestockRequest } from '../../api.ts';
import { formatCount } from '../format.ts';
import { notify } from '../notices.tsx';
import { controlProps, FieldError } from '../parts/field.tsx';
import { ProductCell, TableRegion } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { request, useAction } from '../request.ts';

interface StockTableProps {
  rows: readonly InventoryRow[];
  /** Reloads the rows, after a restock or on request. */
  onReload: () => void;
}

/** The stock of each product, with a form to add stock. */
export function StockTable({ rows, onReload }: StockTableProps) {
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
            Low stock or backordered only ({formatCount(short.length)})
          </label>
          <button type="button" onClick={onReload}>
            Refresh
          </button>
        </div>
      </div>
      {shown.length === 0 ? (
        <p class="empty">
          {rows.length === 0 ? 'No products yet.' : 'No products are low on stock or backordered.'}
        </p>
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
              <StockRow key={row.product_id} row={row} onRestocked={onReload} />
            ))}
          </tbody>
        </TableRegion>
      )}
    </section>
  );
}

function StockRow({ row, onRestocked }: { row: InventoryRow; onRestocked: () => void }) {
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
        {state === 'backordered' ? (
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

/** Stock at or below this level is low. */
const LOW_STOCK = 20;

function stockState({ stock, backordered }: InventoryRow): 'backordered' | 'low' | 'enough' {
  if (backordered > 0) return 'backordered';
  return stock <= LOW_STOCK ? 'low' : 'enough';
}

interface RestockFormProps {
  productId: string;
  productName: string;
  onRestocked: () => void;
}

/** Adds stock to a product. The oldest backorders are scheduled first. */
function RestockForm({ productId, productName, onRestocked }: RestockFormProps) {
  const { run, busy, error } = useAction();
  const [quantity, setQuantity] = useState('');
  const id = useId();
  const name = printable(productName);

  const add = () =>
    run(async () => {
      const body: RestockRequest = { product_id: productId, quantity: Number(quantity) };
      const restocked = await request<RestockedProduct[]>('restock', { method: 'POST', body });
      setQuantity('');
      for (const { added, scheduled, stock } of restocked) {
        notify({
          text: `Added ${formatCount(added)} × ${name}: ${formatCount(scheduled)} ${scheduled === 1 ? 'backorder' : 'backorders'} scheduled, ${formatCount(stock)} in stock.`,
        });
      }
      onRestocked();
    });

  return (
    <form
      class="restock"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <label for={id} class="visually-hidden">
        Quantity of {name} to add
      </label>
      <input
        {...controlProps(id, error)}
        type="number"
        inputMode="numeric"
        required
        min={1}
        max={1_000_000_000}
        value={quantity}
        onInput={(event) => setQuantity(event.currentTarget.value)}
      />
      <button type="submit" aria-disabled={busy}>
        Add<span class="visually-hidden"> stock of {name}</span>
      </button>
      <FieldError id={id} error={error} />
    </form>
  );
}
