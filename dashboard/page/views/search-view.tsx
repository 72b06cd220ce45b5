import { useEffect } from 'preact/hooks';
import type { OrderHit } from '../../api.ts';
import { formatTime } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { Received } from '../parts/received.tsx';
import { OrderCell, TableRegion } from '../parts/table.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded, withQuery } from '../request.ts';
import { toHash } from '../route.ts';

/** Orders that a search finds; a single one opens by itself. */
export function SearchView({ query }: { query: string }) {
  const { answer: hits, error, reload } = useLoaded<OrderHit[]>(withQuery('search', { q: query }));
  const only = hits?.length === 1 ? hits[0] : undefined;
  useEffect(() => {
    // Replaced, so that going back does not search again.
    if (only) location.replace(toHash('orders', only.order_id));
  }, [only]);
  return (
    <>
      <ViewHeading title="Search" />
      {error && <Failure message={error.message} onRetry={reload} />}
      <p role="status">
        {!hits && !error && 'Searching …'}
        {hits && `${hits.length} ${hits.length === 1 ? 'order' : 'orders'} found for `}
        {hits && <Received text={query} />}
      </p>
      {hits?.length === 0 && (
        <p class="empty">
          Orders are found once they are confirmed, by their id or the customer’s e-mail address.{' '}
          {!query.includes('@') && (
            <a href={toHash('orders', query)}>Look for this id among the dead letters, too</a>
          )}
        </p>
      )}
      {hits && hits.length > 1 && (
        <TableRegion label="Orders found">
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
                  <Received text={customer_name ?? '–'} cut />
                </td>
                <td>
                  <Received text={product_id ?? '–'} cut />
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
