import { useEffect } from 'preact/hooks';
import type { OrderHit } from '../../api.ts';
import { formatTime } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { OrderCell, TableRegion } from '../parts/table.tsx';
import { UntrustedText } from '../parts/untrusted-text.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded, withQuery } from '../request.ts';
import { toHash } from '../route.ts';

/** Search results. A single result opens immediately. */
export function SearchView({ query }: { query: string }) {
  const { data: hits, error, reload } = useLoaded<OrderHit[]>(withQuery('search', { q: query }));
  const only = hits?.length === 1 ? hits[0] : undefined;
  useEffect(() => {
    // `replace` keeps the search out of the browser history, so Back does not repeat it.
    if (only) location.replace(toHash('orders', only.order_id));
  }, [only]);
  return (
    <>
      <ViewHeading title="Search" />
      {error && <Failure message={error.message} onRetry={reload} />}
      <p role="status">
        {!hits && !error && 'Searching…'}
        {hits && `${hits.length} ${hits.length === 1 ? 'order' : 'orders'} found for `}
        {hits && <UntrustedText text={query} />}
      </p>
      {hits?.length === 0 && (
        <p class="empty">
          Search by order ID or customer e-mail address. Orders appear once they are confirmed.{' '}
          {!query.includes('@') && <a href={toHash('orders', query)}>Track this order ID</a>}
        </p>
      )}
      {hits && hits.length > 1 && (
        <TableRegion label="Search results">
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Customer</th>
              <th scope="col">Product</th>
              <th scope="col">Confirmed</th>
            </tr>
          </thead>
          <tbody>
            {hits.map(({ order_id, customer_name, product_id, confirmed_at }) => (
              <tr key={order_id}>
                <OrderCell orderId={order_id} />
                <td>
                  <UntrustedText text={customer_name ?? '–'} cut />
                </td>
                <td>
                  <UntrustedText text={product_id ?? '–'} cut />
                </td>
                <td class="number">{confirmed_at ? formatTime(confirmed_at) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </TableRegion>
      )}
    </>
  );
}
