import { useState } from 'preact/hooks';
import type { SalesReport } from '../../api.ts';
import { formatCount, formatMoney } from '../format.ts';
import { useLive } from '../live/live-store.ts';
import { Failure } from '../parts/failure.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded, withQuery } from '../request.ts';
import { BestSellers } from '../sales/best-sellers.tsx';
import { type RangeName, RangePicker, rangeOf } from '../sales/sales-range.tsx';
import { SalesTrend } from '../sales/sales-trend.tsx';

const MAX_PRODUCTS = '20';

/** Totals, trend and best sellers of a date range. */
export function SalesView() {
  const isEnabled = useLive((live) => live.status?.features.sales);
  return (
    <>
      <ViewHeading title="Sales" />
      {isEnabled === false ? <p class="empty">Sales is disabled in this stage.</p> : <Report />}
    </>
  );
}

function Report() {
  // Generated orders have timestamps from the whole year.
  const [{ name, range }, setPicked] = useState(() => ({
    name: 'year' as RangeName,
    range: rangeOf('year', { from: '', to: '' }, new Date()),
  }));
  const { by, ...fields } = range;
  const trend = useLoaded<SalesReport>(withQuery('sales', { by, ...fields }));
  const products = useLoaded<SalesReport>(
    withQuery('sales', { by: 'product', limit: MAX_PRODUCTS, ...fields }),
  );
  const error = trend.error ?? products.error;
  const reload = () => {
    trend.reload();
    products.reload();
  };
  return (
    <>
      <div class="view-head">
        <RangePicker name={name} onPick={(picked, to) => setPicked({ name: picked, range: to })} />
        <div class="actions">
          <p class="muted">By order timestamp, in UTC</p>
          <button type="button" onClick={reload}>
            Refresh
          </button>
        </div>
      </div>
      {error && <Failure message={error.message} onRetry={reload} />}
      {!trend.data && !error && <p class="muted">Loading…</p>}
      {trend.data && (
        <>
          <SalesTotals totals={trend.data.totals} />
          <section class="charts" aria-labelledby="trend-heading">
            <h2 id="trend-heading">Trend</h2>
            <SalesTrend report={trend.data} />
          </section>
        </>
      )}
      {products.data &&
        (products.data.rows.length > 0 ? (
          <BestSellers rows={products.data.rows} />
        ) : (
          <p class="empty">No sales in this range.</p>
        ))}
    </>
  );
}

function SalesTotals({ totals }: { totals: SalesReport['totals'] }) {
  const { orders, revenue, average_order } = totals;
  return (
    <dl class="totals">
      <div class="card">
        <dt>Revenue</dt>
        <dd class="number">{formatMoney(revenue)}</dd>
      </div>
      <div class="card">
        <dt>Orders</dt>
        <dd class="number">{formatCount(orders)}</dd>
      </div>
      <div class="card">
        <dt>Average order</dt>
        <dd class="number">{average_order === null ? '–' : formatMoney(average_order)}</dd>
      </div>
    </dl>
  );
}
