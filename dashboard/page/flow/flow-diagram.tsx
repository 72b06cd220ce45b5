import { useRef } from 'preact/hooks';
import { QUEUES, type Queue } from '../../../topology.ts';
import type { Burst, FunctionStatus, LiveStatus, QueueName } from '../../api.ts';
import { formatCount, formatTime } from '../format.ts';
import { toHash } from '../route.ts';
import { FlowLines, type Hop } from './flow-lines.tsx';
import { QueueNode } from './queue-node.tsx';

/** The pipeline as a diagram, left to right or, on narrow screens, top to bottom. Disabled parts are omitted. */
export function FlowDiagram({ status }: { status: LiveStatus }) {
  const diagram = useRef<HTMLOListElement>(null);
  const { functions, features, confirmed, since, burst } = status;
  const queueOf = (name: QueueName) => status.queues.find((queue) => queue.name === name);
  const nodesOf = (holds: Queue['holds']) =>
    QUEUES.filter((row) => row.holds === holds).map((row) => {
      const queue = queueOf(row.name);
      if (!queue) return null;
      const consumer = functions.find(({ mapping }) => mapping?.queue === row.name);
      return <QueueNode key={row.name} row={row} queue={queue} consumer={consumer} />;
    });
  const confirmedQueues = QUEUES.filter(({ name, holds }) => holds === 'confirmed order' && queueOf(name));
  // One row for e-mail and one for each queue subscribed to the topic.
  const rows = Math.max(3, 1 + confirmedQueues.length);
  return (
    // biome-ignore lint/a11y/noRedundantRoles: VoiceOver ignores lists without bullets
    <ol class="flow" ref={diagram} role="list" key={status.queues.length} style={{ '--rows': rows }}>
      <FlowLines diagram={diagram} hops={hopsOf(queueOf)} />
      <SendersNode functions={functions} burst={burst} />
      {nodesOf('upload')}
      {nodesOf('order')}
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
          {features.mailbox ? 'One confirmation per order' : 'Sent by SNS to confirmed subscriptions'}
        </p>
      </li>
      {nodesOf('confirmed order')}
    </ol>
  );
}

type QueueOf = (name: QueueName) => LiveStatus['queues'][number] | undefined;

function hopsOf(queueOf: QueueOf): Hop[] {
  const rateIn = (name: QueueName) => queueOf(name)?.inPerSecond ?? null;
  const rateOut = (name: QueueName) => queueOf(name)?.outPerSecond ?? null;
  const hops = QUEUES.map(({ name, holds }): Hop => {
    if (holds === 'upload') return { from: name, to: 'order', perSecond: rateOut(name), labeled: false };
    const from = holds === 'order' ? 'senders' : 'topic';
    return { from, to: name, perSecond: rateIn(name), labeled: true };
  });
  return [
    ...hops,
    { from: 'order', to: 'topic', perSecond: rateOut('order'), labeled: true },
    { from: 'topic', to: 'mail', perSecond: rateOut('order'), labeled: true },
  ];
}

/** The sources of orders that the pipeline can count: the producer, the HTTP API and bursts. */
function SendersNode({ functions, burst }: { functions: readonly FunctionStatus[]; burst: Burst | null }) {
  return (
    <li class="node" data-node="senders">
      <h3>Senders</h3>
      <dl class="rows">
        <Sender name="Producer" sender={functions.find(({ name }) => name === 'producer')} unit="run" />
        <Sender name="HTTP API" sender={functions.find(({ name }) => name === 'intake')} unit="request" />
        <div>
          <dt>Burst</dt>
          <dd class="number">{burst?.running ? `${formatCount(burst.sent)} sent` : 'Idle'}</dd>
        </div>
      </dl>
    </li>
  );
}

function Sender({ name, sender, unit }: { name: string; sender: FunctionStatus | undefined; unit: string }) {
  if (!sender) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd class="number">
        {formatCount(sender.invocations)} {sender.invocations === 1 ? unit : `${unit}s`}
      </dd>
    </div>
  );
}
