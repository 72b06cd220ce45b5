import type { InventoryRow } from '../../api.ts';
import { useLive } from '../live/live-store.ts';
import { Failure } from '../parts/failure.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded } from '../request.ts';
import { Shipments } from '../shipping/shipments.tsx';
import { StockTable } from '../shipping/stock-table.tsx';

export function ShippingView() {
  const isEnabled = useLive((live) => live.status?.features.shipping);
  return (
    <>
      <ViewHeading title="Shipping" />
      {isEnabled === false ? <p class="empty">Shipping is disabled in this stage.</p> : <Stock />}
    </>
  );
}

function Stock() {
  const { data: rows, error, reload } = useLoaded<InventoryRow[]>('inventory');
  return (
    <>
      {error && <Failure message={error.message} onRetry={reload} />}
      {!rows && !error && <p class="muted">Loading…</p>}
      {rows && <StockTable rows={rows} onReload={reload} />}
      {rows && <Shipments products={rows} />}
    </>
  );
}
