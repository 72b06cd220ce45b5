import type { TraceStep } from '../../api.ts';
import { formatDuration } from '../format/format-duration.ts';
import { formatTime } from '../format/format-time.ts';
import { Received } from '../parts/received.tsx';

const NAMES: Readonly<Record<TraceStep['what'], string>> = {
  ordered: 'Ordered',
  queued: 'Queued',
  claimed: 'Claimed',
  confirmed: 'Confirmed',
  mailed: 'E-mailed',
  shipment_scheduled: 'Shipment scheduled',
  shipment_backordered: 'Backordered',
  sold: 'Sold',
  stored: 'Stored',
  dead_lettered: 'Dead letter',
};
const WRONG: readonly TraceStep['what'][] = ['shipment_backordered', 'dead_lettered'];

/** The steps of an order, each with its time and how long after the one before. */
export function Timeline({ steps }: { steps: readonly TraceStep[] }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: a list without bullets is no list to VoiceOver
    <ol class="timeline card" role="list">
      {steps.map(({ at, what, text }, index) => {
        const gap = secondsSince(steps.slice(0, index), at);
        return (
          <li key={`${what} ${text}`} class={WRONG.includes(what) ? 'step step-wrong' : 'step'}>
            <p class="step-time number">
              {at ? <time dateTime={at}>{formatTime(at)}</time> : <span class="muted">time not kept</span>}
              {gap !== null && <span class="muted">+{formatDuration(gap)}</span>}
            </p>
            <p class="step-what">
              {WRONG.includes(what) && <span aria-hidden="true">▲ </span>}
              {NAMES[what]}
            </p>
            <p class="step-text">
              <Received text={text} />
            </p>
          </li>
        );
      })}
    </ol>
  );
}

/** Since the latest step before that has a time. */
function secondsSince(before: readonly TraceStep[], at: string | null): number | null {
  const last = before.findLast((step) => step.at !== null)?.at;
  return at && last ? Math.max(0, (Date.parse(at) - Date.parse(last)) / 1_000) : null;
}
