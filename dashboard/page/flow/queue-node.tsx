import type { Queue } from '../../../topology.ts';
import type { FunctionStatus, QueueStatus } from '../../api.ts';
import { formatCount, formatDuration, formatRate } from '../format.ts';
import { Tag } from '../parts/tag.tsx';
import { toHash } from '../route.ts';

interface QueueNodeProps {
  row: Queue;
  queue: QueueStatus;
  consumer: FunctionStatus | undefined;
}

/** The CSS class of each kind of queue, with a hint where the title does not say what its messages are. */
const KINDS: Readonly<Record<Queue['holds'], { class: string; hint?: string }>> = {
  upload: { class: 'node-uploads', hint: 'Order files from S3' },
  order: { class: 'node-orders' },
  'confirmed order': { class: 'node-confirmed' },
};

/** Links to the records that consumers store. */
const RESULTS: Readonly<Record<string, { href: string; text: string }>> = {
  shipments: { href: toHash('shipping'), text: 'Shipments' },
  sales: { href: toHash('sales'), text: 'Sales' },
};

/** A queue with its consumer and its dead letters. */
export function QueueNode({ row, queue, consumer }: QueueNodeProps) {
  const { title, holds, stores } = row;
  const { class: kind, hint } = KINDS[holds];
  const result = stores && RESULTS[stores.all];
  const { name, visible, inFlight, delayed, oldestSeconds, drainSeconds, taken, deadLetters } = queue;
  return (
    <li class={`node node-queue ${kind} ${deadLetters > 0 ? 'has-dead-letters' : ''}`} data-node={name}>
      <div class="node-head">
        <h3>{title}</h3>
        <p class="muted number">{formatCount(taken)} received</p>
      </div>
      {hint && <p class="node-hint muted">{hint}</p>}
      <p class="depth">
        <strong class="number">{formatCount(visible)}</strong> waiting
        <span class="visually-hidden">, {formatRate(queue.inPerSecond)} arriving</span>
      </p>
      <dl class="facts">
        <Fact name="In flight" value={formatCount(inFlight)} />
        <Fact name="Delayed" value={formatCount(delayed)} />
        <Fact name="Oldest" value={oldestSeconds === null ? '–' : formatDuration(oldestSeconds, true)} />
        <Fact name="Empty in" value={drainText(drainSeconds)} />
      </dl>
      {consumer && <ConsumerFacts consumer={consumer} perSecond={queue.outPerSecond} />}
      <p class="node-foot">
        {deadLetters > 0 ? (
          <a class="dead-letters" href={toHash('dead-letters', name)}>
            <span aria-hidden="true">▲ </span>
            {formatCount(deadLetters)} dead {deadLetters === 1 ? 'letter' : 'letters'}
            <span class="visually-hidden"> of the {title.toLowerCase()}</span>
          </a>
        ) : (
          <span class="muted">No dead letters</span>
        )}
        {result && <a href={result.href}>{result.text}</a>}
      </p>
    </li>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">{value}</dd>
    </div>
  );
}

function drainText(seconds: number | null): string {
  if (seconds === null) return '–';
  return formatDuration(Math.ceil(seconds), true);
}

interface ConsumerFactsProps {
  consumer: FunctionStatus;
  /** Messages that it processes per second. */
  perSecond: number | null;
}

/** A queue's consumer: its rate, concurrency, duration and errors. */
function ConsumerFacts({ consumer, perSecond }: ConsumerFactsProps) {
  const { name, running, averageMs, errors, mapping } = consumer;
  const maximum = mapping?.maximumConcurrency;
  return (
    <div class="consumer">
      <div class="node-head">
        <h4>{name}</h4>
        {mapping && !mapping.enabled ? (
          <Tag kind="warning">Paused</Tag>
        ) : (
          <p class="number">
            <span class="visually-hidden">processes </span>
            {formatRate(perSecond)}
          </p>
        )}
      </div>
      <div class="node-head number">
        <p class="muted">
          {running !== null && `${formatCount(running)}${maximum ? ` of ${maximum}` : ''} running, `}
          {averageMs === null ? 'no runs yet' : `avg ${formatDuration(averageMs / 1_000)}`}
        </p>
        {errors > 0 && (
          <p class="warning">
            {formatCount(errors)} {errors === 1 ? 'error' : 'errors'}
          </p>
        )}
      </div>
    </div>
  );
}
