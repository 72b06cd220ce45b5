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

const MOST_PRODUCTS = '20';

/** Sales: totals, trend and best sellers. */
export function SalesView() {
  const isOn = useLive((live) => live.status?.features.sales);
  return (
    <>
      <ViewHeading title="Sales" />
      {isOn === false ? <p class="empty">This stage has sales off.</p> : <Report />}
    </>
  );
}

function Report() {
  // Orders count by their own time, and generated ones carry any of this year.
  const [{ name, range }, setPicked] = useState(() => ({
    name: 'year' as RangeName,
    range: rangeOf('year', { from: '', to: '' }, new Date()),
  }));
  const { by, ...fields } = range;
  const trend = useLoaded<SalesReport>(withQuery('sales', { by, ...fields }));
  const products = useLoaded<SalesReport>(
    withQuery('sales', { by: 'product', limit: MOST_PRODUCTS, ...fields }),
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
          <p class="muted">Orders count by their own time; days and hours are of UTC.</p>
          <button type="button" onClick={reload}>
            Look again
          </button>
        </div>
      </div>
      {error && <Failure message={error.message} onRetry={reload} />}
      {!trend.answer && !error && <p class="muted">Looking …</p>}
      {trend.answer && (
        <>
          <SalesTotals totals={trend.answer.totals} />
          <section class="charts" aria-labelledby="trend-heading">
            <h2 id="trend-heading">Trend</h2>
            <SalesTrend report={trend.answer} />
          </section>
        </>
      )}
      {products.answer &&
        (products.answer.rows.length > 0 ? (
          <BestSellers rows={products.answer.rows} />
        ) : (
          <p class="empty">Nothing was sold in this range.</p>
        ))}
    </>
  );
}

/** The totals of all sales. */
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
