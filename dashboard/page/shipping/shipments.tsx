import { useState } from 'preact/hooks';
import { printable } from '../../../lib/text.ts';
import type { InventoryRow, ShipmentRow } from '../../api.ts';
import { formatCount, formatTime } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { OrderCell, TableRegion } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { UntrustedText } from '../parts/untrusted-text.tsx';
import { useLoaded, withQuery } from '../request.ts';

/**
 * The latest shipments, filtered by status and product.
 *
 * @param products Shipments reload whenever the counts of these products change.
 */
export function Shipments({ products }: { products: readonly InventoryRow[] }) {
  const [status, setStatus] = useState('');
  const [product, setProduct] = useState('');
  const version = products.reduce((sum, { scheduled, backordered }) => sum + scheduled + 2 * backordered, 0);
  return (
    <section aria-labelledby="shipments-heading">
      <div class="view-head">
        <h2 id="shipments-heading">Latest shipments</h2>
        <div class="actions filters">
          <Field label="Status">
            {(controlProps) => (
              <select
                {...controlProps}
                value={status}
                onChange={(event) => setStatus(event.currentTarget.value)}
              >
                <option value="">All</option>
                <option value="scheduled">Scheduled</option>
                <option value="backordered">Backordered</option>
              </select>
            )}
          </Field>
          <Field label="Product">
            {(controlProps) => (
              <select
                {...controlProps}
                value={product}
                onChange={(event) => setProduct(event.currentTarget.value)}
              >
                <option value="">All</option>
                {products.map(({ product_id, product_name }) => (
                  <option key={product_id} value={product_id}>
                    {printable(`${product_id} ${product_name}`).slice(0, 60)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      </div>
      <ShipmentTable key={version} path={withQuery('shipments', { status, product_id: product })} />
    </section>
  );
}

function ShipmentTable({ path }: { path: string }) {
  const { data: rows, error, reload } = useLoaded<ShipmentRow[]>(path);
  if (error) return <Failure message={error.message} onRetry={reload} />;
  if (!rows) return <p class="muted">Loading…</p>;
  if (rows.length === 0) return <p class="empty">No shipments match these filters.</p>;
  return (
    <TableRegion label={`Latest ${formatCount(rows.length)} shipments`}>
      <thead>
        <tr>
          <th scope="col">Order</th>
          <th scope="col">Customer</th>
          <th scope="col">Product</th>
          <th scope="col">Delivery</th>
          <th scope="col">Created</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ order_id, customer_name, product_id, status, delivery_date, created_at }) => (
          <tr key={order_id}>
            <OrderCell orderId={order_id} />
            <td>
              <UntrustedText text={customer_name} cut />
            </td>
            <td>
              <UntrustedText text={product_id} cut />
            </td>
            <td class="number">
              {status === 'backordered' ? <Tag kind="danger">Backordered</Tag> : delivery_date}
            </td>
            <td class="number">{formatTime(created_at)}</td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
