import type { SalesReport } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { formatMoney } from '../format/format-money.ts';

/** What was sold in all. */
export function SalesTotals({ totals }: { totals: SalesReport['totals'] }) {
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
