import { LiveCharts } from '../charts/live-charts.tsx';
import { BurstControl } from '../controls/burst-control.tsx';
import { Throttles } from '../controls/throttles.tsx';
import { FlowDiagram } from '../flow/flow-diagram.tsx';
import { useLive } from '../live/live-store.ts';
import { ViewHeading } from '../parts/view-heading.tsx';
import { Denials } from './denials.tsx';

/** The live state of the pipeline, with controls for bursts and concurrency. */
export function OverviewView() {
  const status = useLive((live) => live.status);
  const history = useLive((live) => live.history);
  return (
    <>
      <div class="overview-head">
        <ViewHeading title="Overview" />
        <BurstControl />
      </div>
      {status ? (
        <>
          <Denials denials={status.denials} />
          <section aria-labelledby="flow-heading">
            <h2 id="flow-heading" class="visually-hidden">
              Flow
            </h2>
            <FlowDiagram status={status} />
          </section>
          <LiveCharts status={status} history={history} />
          <Throttles functions={status.functions} />
        </>
      ) : (
        <p class="muted">Loading…</p>
      )}
    </>
  );
}
