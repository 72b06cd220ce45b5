import type { Burst, FunctionStatus } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';

/** What sends orders: the producer, the HTTP API, and whoever else has the queue's address. */
export function SendersNode({
  functions,
  burst,
}: {
  functions: readonly FunctionStatus[];
  burst: Burst | null;
}) {
  return (
    <li class="node" data-node="senders">
      <h3>Senders</h3>
      <dl class="rows">
        <Sender name="Producer" sender={functions.find(({ name }) => name === 'producer')} unit="run" />
        <Sender name="HTTP API" sender={functions.find(({ name }) => name === 'intake')} unit="request" />
        <div>
          <dt>This page</dt>
          <dd class="number">{burst?.running ? `${formatCount(burst.sent)} sent` : 'idle'}</dd>
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
