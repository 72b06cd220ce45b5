import { useRef } from 'preact/hooks';
import type { LiveStatus, QueueName } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { formatTime } from '../format/format-time.ts';
import { toHash } from '../routing/route.ts';
import { FlowLines, type Hop } from './flow-lines.tsx';
import { QueueNode } from './queue-node.tsx';
import { SendersNode } from './senders-node.tsx';

/** The pipeline as orders go through it, left to right or, on narrow screens, downwards. Parts that are off are left out. */
export function FlowDiagram({ status }: { status: LiveStatus }) {
  const diagram = useRef<HTMLOListElement>(null);
  const { functions, features, confirmed, since, burst } = status;
  const queueOf = (name: QueueName) => status.queues.find((queue) => queue.name === name);
  const nodeOf = (name: QueueName, rest: { hint?: string; result?: { href: string; text: string } } = {}) => {
    const queue = queueOf(name);
    if (!queue) return null;
    const consumer = functions.find(({ mapping }) => mapping?.queue === name);
    return <QueueNode key={name} queue={queue} consumer={consumer} {...rest} />;
  };
  return (
    // biome-ignore lint/a11y/noRedundantRoles: a list without bullets is no list to VoiceOver
    <ol class="flow" ref={diagram} role="list" key={status.queues.length}>
      <FlowLines diagram={diagram} hops={hopsOf(queueOf)} />
      <SendersNode functions={functions} burst={burst} />
      {nodeOf('upload', { hint: 'Order files from S3' })}
      {nodeOf('order')}
      <li class="node" data-node="topic">
        <h3>Order events</h3>
        <p class="depth">
          <strong class="number">{formatCount(confirmed)}</strong> confirmed
        </p>
        <p class="muted">since {formatTime(since)}</p>
      </li>
      <li class="node" data-node="mail">
        <div class="node-head">
          <h3>E-mail</h3>
          {features.mailbox && <a href={toHash('mailbox')}>Mailbox</a>}
        </div>
        <p class="muted">
          {features.mailbox ? 'A confirmation for each order' : 'By SNS, to confirmed subscriptions'}
        </p>
      </li>
      {nodeOf('shipping', { result: { href: toHash('shipping'), text: 'Shipments' } })}
      {nodeOf('analytics', { result: { href: toHash('sales'), text: 'Sales' } })}
    </ol>
  );
}

type QueueOf = (name: QueueName) => LiveStatus['queues'][number] | undefined;

function hopsOf(queueOf: QueueOf): Hop[] {
  const rateIn = (name: QueueName) => queueOf(name)?.inPerSecond ?? null;
  const rateOut = (name: QueueName) => queueOf(name)?.outPerSecond ?? null;
  return [
    { from: 'senders', to: 'order', perSecond: rateIn('order'), labelled: true },
    { from: 'upload', to: 'order', perSecond: rateOut('upload'), labelled: false },
    { from: 'order', to: 'topic', perSecond: rateOut('order'), labelled: true },
    { from: 'topic', to: 'mail', perSecond: rateOut('order'), labelled: true },
    { from: 'topic', to: 'shipping', perSecond: rateIn('shipping'), labelled: true },
    { from: 'topic', to: 'analytics', perSecond: rateIn('analytics'), labelled: true },
  ];
}
