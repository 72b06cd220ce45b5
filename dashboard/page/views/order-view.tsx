import { useEffect, useRef } from 'preact/hooks';
import { queueNamed } from '../../../topology.ts';
import type { OrderTrace, TraceStep } from '../../api.ts';
import { formatDuration, formatTime } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { Tag } from '../parts/tag.tsx';
import { UntrustedText } from '../parts/untrusted-text.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded } from '../request.ts';
import { toHash } from '../route.ts';

const STATES = {
  claimed: { kind: 'plain', text: 'Confirming' },
  confirmed: { kind: 'plain', text: 'Confirmed' },
  complete: { kind: 'good', text: 'Complete' },
  dead_lettered: { kind: 'danger', text: 'In dead-letter queue' },
} as const;

/** Polling stops after a minute because each request queries several services. */
const POLL_INTERVAL_MS = 3_000;
const MAX_POLLS = 20;

/** The history of an order. */
export function OrderView({ orderId }: { orderId: string }) {
  const {
    data: trace,
    error,
    loading,
    reload,
  } = useLoaded<OrderTrace>(`orders/${encodeURIComponent(orderId)}`);

  // An order that was just sent is unknown until the consumer has claimed it.
  const isPending = trace ? trace.state === 'claimed' || trace.state === 'confirmed' : error?.status === 404;
  const polls = useRef(0);
  useEffect(() => {
    if (loading || !isPending || polls.current >= MAX_POLLS) return;
    const timer = setTimeout(() => {
      polls.current += 1;
      reload();
    }, POLL_INTERVAL_MS);
    return () => clearTimeout(timer);
  }, [loading, isPending, reload]);

  return (
    <>
      <ViewHeading title={`Order ${orderId}`}>
        Order{' '}
        <span class="order-id">
          <UntrustedText text={orderId} />
        </span>
      </ViewHeading>
      {!trace && !error && <p class="muted">Loading…</p>}
      {error?.status === 404 && (
        <p class="empty">Order not found. A new order may still be waiting in the order queue.</p>
      )}
      {error && error.status !== 404 && <Failure message={error.message} onRetry={reload} />}
      {trace && (
        <>
          <p>
            <Tag kind={STATES[trace.state].kind}>{STATES[trace.state].text}</Tag>
          </p>
          {trace.dead_letters.map(({ queue, id, reason, errors }) => (
            <div key={id} class="failure">
              <p>
                <strong>{queueNamed(queue).title.replace(' queue', '')} dead-letter queue:</strong>{' '}
                <UntrustedText text={errors.length > 0 ? errors.join('; ') : reason} />
              </p>
              <a class="button" href={toHash('dead-letters', queue, id)}>
                View dead letter
              </a>
            </div>
          ))}
          {trace.details && <OrderDetails details={trace.details} />}
          <Timeline steps={trace.steps} />
        </>
      )}
    </>
  );
}

/** The optional fields of an order. */
function OrderDetails({ details }: { details: NonNullable<OrderTrace['details']> }) {
  return (
    <dl class="facts-line">
      {Object.entries(details).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <UntrustedText text={String(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const STEP_NAMES: Readonly<Record<TraceStep['what'], string>> = {
  ordered: 'Ordered',
  queued: 'Queued',
  claimed: 'Claimed',
  confirmed: 'Confirmed',
  mailed: 'E-mailed',
  shipment_scheduled: 'Shipment scheduled',
  shipment_backordered: 'Backordered',
  sold: 'Sale recorded',
  stored: 'Stored',
  dead_lettered: 'Dead-lettered',
};
const PROBLEM_STEPS: readonly TraceStep['what'][] = ['shipment_backordered', 'dead_lettered'];

/** The steps of an order, each with its time and the time since the step before. */
function Timeline({ steps }: { steps: readonly TraceStep[] }) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: VoiceOver ignores lists without bullets
    <ol class="timeline card" role="list">
      {steps.map(({ at, what, text }, index) => {
        const gap = secondsSince(steps.slice(0, index), at);
        return (
          <li key={`${what} ${text}`} class={PROBLEM_STEPS.includes(what) ? 'step step-wrong' : 'step'}>
            <p class="step-time number">
              {at ? <time dateTime={at}>{formatTime(at)}</time> : <span class="muted">No timestamp</span>}
              {gap !== null && <span class="muted">+{formatDuration(gap)}</span>}
            </p>
            <p class="step-what">
              {PROBLEM_STEPS.includes(what) && <span aria-hidden="true">▲ </span>}
              {STEP_NAMES[what]}
            </p>
            <p class="step-text">
              <UntrustedText text={text} />
            </p>
          </li>
        );
      })}
    </ol>
  );
}

/** Returns the seconds since the latest earlier step that has a time. */
function secondsSince(before: readonly TraceStep[], at: string | null): number | null {
  const last = before.findLast((step) => step.at !== null)?.at;
  return at && last ? Math.max(0, (Date.parse(at) - Date.parse(last)) / 1_000) : null;
}
