import { useEffect, useRef } from 'preact/hooks';
import { queueNamed } from '../../../topology.ts';
import type { OrderTrace, TraceStep } from '../../api.ts';
import { formatDuration, formatTime } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { Received } from '../parts/received.tsx';
import { Tag } from '../parts/tag.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded } from '../request.ts';
import { toHash } from '../route.ts';

const STATES = {
  claimed: { kind: 'plain', text: 'being confirmed' },
  confirmed: { kind: 'plain', text: 'confirmed' },
  complete: { kind: 'good', text: 'complete' },
  dead_lettered: { kind: 'danger', text: 'in a dead-letter queue' },
} as const;

/** For a minute it is looked at again and again, since each look asks several services. */
const AGAIN_MS = 3_000;
const MOST_LOOKS = 20;

/** The history of an order. */
export function OrderView({ orderId }: { orderId: string }) {
  const {
    answer: trace,
    error,
    loading,
    reload,
  } = useLoaded<OrderTrace>(`orders/${encodeURIComponent(orderId)}`);

  // An order that is under way moves on, and one that has just been sent may not be known yet.
  const isUnderWay = trace ? trace.state === 'claimed' || trace.state === 'confirmed' : error?.status === 404;
  const looks = useRef(0);
  useEffect(() => {
    if (loading || !isUnderWay || looks.current >= MOST_LOOKS) return;
    const timer = setTimeout(() => {
      looks.current += 1;
      reload();
    }, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [loading, isUnderWay, reload]);

  return (
    <>
      <ViewHeading title={`Order ${orderId}`}>
        Order{' '}
        <span class="order-id">
          <Received text={orderId} />
        </span>
      </ViewHeading>
      {!trace && !error && <p class="muted">Looking …</p>}
      {error?.status === 404 && (
        <p class="empty">
          Nobody knows an order with this id, or not yet: it may still wait in the order queue.
        </p>
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
                <strong>
                  It waits among the dead letters of the {queueNamed(queue).title.toLowerCase()}:
                </strong>{' '}
                <Received text={errors.length > 0 ? errors.join('; ') : reason} />
              </p>
              <a class="button" href={toHash('dead-letters', queue, id)}>
                Open this letter
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

/** The fields of an order that not every order has. */
function OrderDetails({ details }: { details: NonNullable<OrderTrace['details']> }) {
  return (
    <dl class="facts-line">
      {Object.entries(details).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Received text={String(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

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
function Timeline({ steps }: { steps: readonly TraceStep[] }) {
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
