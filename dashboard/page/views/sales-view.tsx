import { useState } from 'preact/hooks';
import type { SalesReport } from '../../api.ts';
import { useLive } from '../live/use-live.ts';
import { Failure } from '../parts/failure.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { withQuery } from '../request.ts';
import { BestSellers } from '../sales/best-sellers.tsx';
import { RangePicker } from '../sales/range-picker.tsx';
import { type RangeName, rangeOf } from '../sales/sales-range.ts';
import { SalesTotals } from '../sales/sales-totals.tsx';
import { SalesTrend } from '../sales/sales-trend.tsx';
import { useLoaded } from '../use-loaded.ts';

const MOST_PRODUCTS = '20';

/** What was sold. */
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
