import type { SalesRow } from '../../api.ts';
import { formatCount, formatMoney } from '../format.ts';
import { ProductCell, TableRegion } from '../parts/table.tsx';

const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1 });
const BAR = 80;

/** The products with the highest revenue. */
export function BestSellers({ rows }: { rows: readonly SalesRow[] }) {
  const highest = Math.max(...rows.map(({ share }) => share ?? 0));
  return (
    <section aria-labelledby="best-sellers-heading">
      <h2 id="best-sellers-heading">Best sellers</h2>
      <TableRegion label="Best-selling products by revenue">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" class="figure">
              Orders
            </th>
            <th scope="col" class="figure">
              Revenue
            </th>
            <th scope="col" class="figure">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ product_id = '', product_name = '', orders, revenue, share }) => (
            <tr key={product_id}>
              <ProductCell id={product_id} name={product_name} />
              <td class="figure number">{formatCount(orders)}</td>
              <td class="figure number">{formatMoney(revenue)}</td>
              <td class="figure number">
                <svg width={BAR} height="8" class="share wide-only" aria-hidden="true">
                  <rect width={highest > 0 ? ((share ?? 0) / highest) * BAR : 0} height="8" rx="2" />
                </svg>
                {share === null ? '–' : percent.format(share)}
              </td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
    </section>
  );
}
