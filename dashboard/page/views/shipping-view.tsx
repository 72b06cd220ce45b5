import type { InventoryRow } from '../../api.ts';
import { useLive } from '../live/live-store.ts';
import { Failure } from '../parts/failure.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded } from '../request.ts';
import { Shipments } from '../shipping/shipments.tsx';
import { StockTable } from '../shipping/stock-table.tsx';

/** Stock, and what is delivered when. */
export function ShippingView() {
  const isOn = useLive((live) => live.status?.features.shipping);
  return (
    <>
      <ViewHeading title="Shipping" />
      {isOn === false ? <p class="empty">This stage has shipping off.</p> : <Stock />}
    </>
  );
}

function Stock() {
  const { answer: rows, error, reload } = useLoaded<InventoryRow[]>('inventory');
  return (
    <>
      {error && <Failure message={error.message} onRetry={reload} />}
      {!rows && !error && <p class="muted">Looking …</p>}
      {rows && <StockTable rows={rows} onChange={reload} />}
      {rows && <Shipments products={rows} />}
    </>
  );
}
