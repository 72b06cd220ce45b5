import { useId, useState } from 'preact/hooks';
import { printable } from '../../../lib/text.ts';
import type { InventoryRow, RestockedProduct, RestockRequest } from '../../api.ts';
import { formatCount } from '../format.ts';
import { notify } from '../notices.tsx';
import { described, FieldError } from '../parts/field.tsx';
import { ProductCell, TableRegion } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { request, useAction } from '../request.ts';

interface StockTableProps {
  rows: readonly InventoryRow[];
  /** After a restock, and when the operator wants to look again. */
  onChange: () => void;
}

/** The stock of each product, and a form to add to it. */
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

/** One product. */
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

/** Stock at or below which an operator would order more. */
const LOW = 20;

/** Returns whether customers wait for a product, or may have to soon. */
function stockState({ stock, backordered }: InventoryRow): 'waited for' | 'low' | 'enough' {
  if (backordered > 0) return 'waited for';
  return stock <= LOW ? 'low' : 'enough';
}

interface RestockFormProps {
  productId: string;
  productName: string;
  onRestocked: () => void;
}

/** Adds to the stock of a product; the oldest backorders get it first. */
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
          text: `${formatCount(added)} × ${name} added: ${formatCount(scheduled)} ${scheduled === 1 ? 'backorder' : 'backorders'} scheduled, ${formatCount(stock)} in stock.`,
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
        Pieces of {name} to add
      </label>
      <input
        {...described(id, error)}
        type="number"
        inputMode="numeric"
        required
        min={1}
        max={1_000_000_000}
        value={quantity}
        onInput={(event) => setQuantity(event.currentTarget.value)}
      />
      <button type="submit" aria-disabled={busy}>
        Add<span class="visually-hidden"> to the stock of {name}</span>
      </button>
      <FieldError id={id} error={error} />
    </form>
  );
}
