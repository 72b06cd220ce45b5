import type { DeadLetterGroup, QueueName } from '../../api.ts';
import { formatCount } from '../format.ts';
import { Failure } from '../parts/failure.tsx';
import { UntrustedText } from '../parts/untrusted-text.tsx';
import { useAction } from '../request.ts';
import { redrive } from './redrive.tsx';

interface DeadLetterGroupsProps {
  queue: QueueName;
  groups: readonly DeadLetterGroup[];
  onDone: () => void;
}

/** Dead letters grouped by reason, each group with a redrive button. */
export function DeadLetterGroups({ queue, groups, onDone }: DeadLetterGroupsProps) {
  const { run, busy, error } = useAction();
  return (
    <section aria-labelledby="reasons-heading">
      <h2 id="reasons-heading">Reasons</h2>
      {error && <Failure message={error} />}
      <ul class="card groups">
        {groups.map(({ reason, count }) => (
          <li key={reason.code}>
            <strong class="number group-count">{formatCount(count)}</strong>
            <p>
              <UntrustedText text={reason.text} />
              <br />
              <code class="muted">
                <UntrustedText text={reason.code} />
              </code>
            </p>
            <button
              type="button"
              aria-disabled={busy}
              onClick={() =>
                run(async () => {
                  await redrive(queue, { reason: reason.code });
                  onDone();
                })
              }
            >
              Redrive
              <span class="visually-hidden">
                {' '}
                {formatCount(count)} with reason {reason.code}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
